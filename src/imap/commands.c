/* SPDX-License-Identifier: MIT */
#include "imap/draft.h"

smgw_status mgw_imap_capability(mgw_imap *imap, uint32_t *command)
{
    return mgw_imap_simple(imap, MGW_IMAP_KIND_CAPABILITY, "CAPABILITY", command);
}

smgw_status mgw_imap_noop(mgw_imap *imap, uint32_t *command)
{
    return mgw_imap_simple(imap, MGW_IMAP_KIND_NOOP, "NOOP", command);
}

smgw_status mgw_imap_logout(mgw_imap *imap, uint32_t *command)
{
    smgw_status status = mgw_imap_simple(imap, MGW_IMAP_KIND_LOGOUT, "LOGOUT", command);
    imap->closing = imap->closing || status == SMGW_OK;
    return status;
}
