/* SPDX-License-Identifier: MIT */
/*
 * Links of a page: which addresses are shown, and when a link's text is misleading.
 */
#ifndef MGW_MIME_HTML_TEXT_LINK_H
#define MGW_MIME_HTML_TEXT_LINK_H

#include "base/buf.h"

enum { MGW_LINK_MAX = 2048 /* Octets of an address that are shown; of a longer one "..." stands for the rest. */ };

/*
 * Replaces `out` by the address of an `href` attribute as it may be shown: without blanks, control and invisible
 * characters, angle brackets and quotes as percent codes. Empty where it is none that is shown: not of http, https,
 * mailto or tel; a bit of smgw_view_defect says so where it has another scheme. Returns the status of `out`.
 */
smgw_status mgw_link_clean(mgw_bytes href, mgw_buf *out, uint32_t *defects);

/* True where the text is the address already, perhaps without its scheme. */
bool mgw_link_is_text(mgw_bytes address, mgw_bytes text);

/* True where the text looks like the address of a web page on another host. */
bool mgw_link_misleads(mgw_bytes address, mgw_bytes text);

#endif
