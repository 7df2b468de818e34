/* SPDX-License-Identifier: MIT */
/**
 * @file view.h
 * What a person or an agent reads of a message, and how far it may be trusted: the body as clean text with its quoted part
 * and its signature marked, signs of text that is meant to deceive, and what a trusted server found out about the sender.
 * Nothing here needs a gateway or does input or output; any thread may call it, and a view may be read by many at once.
 */
#ifndef SIMPLEMAILGW_VIEW_H
#define SIMPLEMAILGW_VIEW_H

#include "common.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How the text of a body is to be read. */
typedef enum smgw_view_source {
    SMGW_VIEW_PLAIN = 0,     /**< Lines as they stand. */
    SMGW_VIEW_FLOWED,        /**< text/plain; format=flowed (RFC 3676). */
    SMGW_VIEW_FLOWED_DELSP,  /**< The same with delsp=yes. */
    SMGW_VIEW_HTML           /**< HTML source: what smgw_fetch_text() gives where is_html is set. */
} smgw_view_source;

/** What was noticed, or lost, on the way to readable text. Bits of smgw_view_defects(). */
typedef enum smgw_view_defect {
    SMGW_VIEW_HIDDEN = 1 << 0,         /**< HTML text that a mail program does not show was left out. */
    SMGW_VIEW_UNSAFE_LINK = 1 << 1,    /**< A link that is no address of the web, of mail or of a telephone is not shown. */
    SMGW_VIEW_LINK_MISMATCH = 1 << 2,  /**< A link's text is an address of another host than the one it leads to. */
    SMGW_VIEW_CUT = 1 << 3,            /**< A limit was reached: something is missing. */
    SMGW_VIEW_INVALID = 1 << 4,        /**< Bytes that are not UTF-8 became U+FFFD. */
    SMGW_VIEW_CONTROL = 1 << 5,        /**< Control characters were removed. */
    SMGW_VIEW_INVISIBLE = 1 << 6,      /**< Invisible or reordering characters were removed. */
    SMGW_VIEW_UNMARKED = 1 << 7        /**< Too many changes between own and quoted text: the last span is not marked. */
} smgw_view_defect;

/** Options of a view; NULL means the defaults of SMGW_VIEW_OPTIONS_INIT. */
typedef struct smgw_view_options {
    size_t struct_size;
    smgw_view_source source;
    /** Most octets that are read, and most that the view's text has; 1 to 64 MiB. What is beyond is left out. */
    size_t max_len;
} smgw_view_options;

#define SMGW_VIEW_OPTIONS_INIT { sizeof(smgw_view_options), SMGW_VIEW_PLAIN, 16777216 }

/** Writes SMGW_VIEW_OPTIONS_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_view_options_init(smgw_view_options *options) SMGW_NONNULL(1);

/** Whose words a part of the text is. */
typedef enum smgw_view_kind {
    SMGW_VIEW_BODY = 0,
    SMGW_VIEW_QUOTE,    /**< Of an earlier message, with the line that introduces it. */
    SMGW_VIEW_SIGNATURE /**< From the line "-- " on. */
} smgw_view_kind;

/** A part of the text, whole lines with their LF. */
typedef struct smgw_view_span {
    size_t start; /**< Octets from the beginning of the text. */
    size_t len;
    smgw_view_kind kind;
    uint32_t level; /**< Of a quote: 1 for what this message answers, 2 for what that one answered, up to 255. Else 0. */
} smgw_view_span;

/** A body as text. Unchanging once it is made. */
typedef struct smgw_view smgw_view;

/**
 * Makes the view of a body: valid UTF-8, lines that end with LF, no other control characters but TAB, no reordering or
 * invisible characters but those that shape letters and emoji. A quoted line begins with as many ">" as its level and a
 * space in flowed text and HTML, and as it was written in plain text. `text` is copied; malformed text is never an error.
 *
 * HTML: paragraphs, lists ("- ", "1. "), tables (a line for a row, " | " between cells), `alt` of images, and links as
 * their text with " <address>" behind it. Left out are scripts, styles, comments, and what is not meant to be seen:
 * `hidden`, `aria-hidden`, and inline styles that make an element invisible. Style sheets, text in the colour of its
 * background and text outside the window are not recognized.
 *
 * @param view free it with smgw_view_free(); NULL on failure
 * @return SMGW_OK, SMGW_ERR_INVALID for options that are not acceptable, SMGW_ERR_NO_MEMORY
 */
SMGW_API SMGW_CHECK smgw_status smgw_view_new(smgw_view **view, const char *text, size_t len,
                                              const smgw_view_options *options, smgw_error *error) SMGW_NONNULL(1);

/** Ends a view; NULL is allowed. */
SMGW_API void smgw_view_free(smgw_view *view);

/** The whole text, NUL-terminated, valid as long as the view; `len` may be NULL. */
SMGW_API const char *smgw_view_text(const smgw_view *view, size_t *len) SMGW_NONNULL(1);

/** The spans, in order and without gaps, at most 10,000; none for the empty text. Valid as long as the view. */
SMGW_API const smgw_view_span *smgw_view_spans(const smgw_view *view, size_t *count) SMGW_NONNULL(1, 2);

/** Bits of smgw_view_defect. */
SMGW_API uint32_t smgw_view_defects(const smgw_view *view) SMGW_NONNULL(1);

/** A piece of the text; points into the view. */
typedef struct smgw_view_page {
    const char *text; /**< Not NUL-terminated. */
    size_t len;
    size_t next;      /**< The offset of the next piece. */
} smgw_view_page;

#define SMGW_VIEW_PAGE_INIT { NULL, 0, 0 }

/**
 * Gives the text from `offset` on, at most `max_len` octets, never a part of a character.
 * @param offset 0, or `next` of the page before; one inside a character is SMGW_ERR_INVALID
 * @param max_len 4 or more, so that a page holds a character at least
 * @return SMGW_OK; SMGW_DONE at the end of the text, with an empty page; SMGW_ERR_INVALID
 */
SMGW_API SMGW_CHECK smgw_status smgw_view_read(const smgw_view *view, size_t offset, size_t max_len,
                                               smgw_view_page *page, smgw_error *error) SMGW_NONNULL(1, 4);

/** Signs that a text of the sender's is not what it seems. Bits of smgw_text_flags(). */
typedef enum smgw_text_flag {
    SMGW_TEXT_BIDI = 1 << 0,      /**< Bidirectional embeddings, overrides or isolates: it is read in another order. */
    SMGW_TEXT_INVISIBLE = 1 << 1, /**< Zero-width and other invisible characters, but for those that shape letters and emoji. */
    SMGW_TEXT_TAGS = 1 << 2,      /**< Tag characters and supplementary variation selectors: a text inside the text. */
    SMGW_TEXT_CONTROL = 1 << 3,   /**< Control characters other than TAB, LF and CR. */
    SMGW_TEXT_BAD_UTF8 = 1 << 4   /**< Bytes that are not UTF-8. */
} smgw_text_flag;

/**
 * Looks for such signs in a subject, a display name, a file name or a body, as it was received. Letters of one script that
 * look like those of another are not recognized.
 */
SMGW_API uint32_t smgw_text_flags(const char *text, size_t len);

/** The result of a check (RFC 8601 section 2.7). */
typedef enum smgw_auth_result {
    SMGW_AUTH_RESULT_MISSING = 0, /**< The trusted server says nothing about it. */
    SMGW_AUTH_RESULT_NONE,
    SMGW_AUTH_RESULT_PASS,
    SMGW_AUTH_RESULT_FAIL,
    SMGW_AUTH_RESULT_SOFTFAIL,
    SMGW_AUTH_RESULT_NEUTRAL,
    SMGW_AUTH_RESULT_POLICY,
    SMGW_AUTH_RESULT_TEMPERROR,
    SMGW_AUTH_RESULT_PERMERROR,
    SMGW_AUTH_RESULT_OTHER /**< A word that no standard names. */
} smgw_auth_result;

/** How the domain of a check relates to the domain of From. */
typedef enum smgw_alignment {
    SMGW_ALIGNMENT_NONE = 0,
    /**
     * One is a subdomain of the other. Without a list of public suffixes that does not show that both are of the same
     * organization: it is a hint, no proof.
     */
    SMGW_ALIGNMENT_RELATED,
    SMGW_ALIGNMENT_EXACT /**< The same domain. */
} smgw_alignment;

/** One check. */
typedef struct smgw_auth_check {
    smgw_auth_result result;
    smgw_alignment alignment; /**< SMGW_ALIGNMENT_NONE unless the result is pass. */
    /** SPF: of smtp.mailfrom; DKIM: header.d, or of header.i; DMARC: of header.from. As written, or "". */
    char domain[256];
} smgw_auth_check;

/** Filled by smgw_auth_results_read(). Caller-owned, nothing to free. */
typedef struct smgw_auth_verdict {
    size_t struct_size;
    bool found;     /**< The trusted server's field is there, and well formed. */
    bool malformed; /**< A field of the trusted server, or one that may be, is malformed: it is left out, and what is below. */
    /** DMARC, DKIM or SPF passed for exactly the domain of From, and DMARC did not fail. */
    bool from_confirmed;
    /**
     * Received fields above the trusted field: the hops that the message made after the check. Where this is more than the
     * mail makes at your provider, the field came with the message and is forged.
     */
    uint32_t hops;
    smgw_auth_check spf;
    smgw_auth_check dkim; /**< Of several signatures the best: one that passed, then the one nearest to From. */
    smgw_auth_check dmarc;
    smgw_auth_check arc;
} smgw_auth_verdict;

#define SMGW_AUTH_CHECK_INIT { SMGW_AUTH_RESULT_MISSING, SMGW_ALIGNMENT_NONE, "" }
#define SMGW_AUTH_VERDICT_INIT                                                                              \
    { sizeof(smgw_auth_verdict), false, false, false, 0, SMGW_AUTH_CHECK_INIT, SMGW_AUTH_CHECK_INIT,        \
      SMGW_AUTH_CHECK_INIT, SMGW_AUTH_CHECK_INIT }

/** Writes SMGW_AUTH_VERDICT_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_auth_verdict_init(smgw_auth_verdict *verdict) SMGW_NONNULL(1);

/**
 * Reads what a trusted server found out about a message (RFC 8601). Servers put their fields on top, and a server that says
 * it is `trusted_id` removes fields that claim to be its own from what it takes in (section 5). So:
 *
 * - the topmost Authentication-Results field decides: where it is not of `trusted_id`, nothing is found;
 * - more of them count while they are of `trusted_id` and no Received field stands between, for servers whose checks write a
 *   field each; of SPF, DMARC and ARC the topmost result counts;
 * - everything below is what the sender could have written, and is ignored.
 *
 * A server that does not remove forged fields and does not write one for each message cannot be trusted; `hops` may help.
 * Exchange Online writes fields without a server's name, which no `trusted_id` matches.
 *
 * @param header the header block of the message, with its original line ends; not more than the block is read
 * @param trusted_id the authserv-id of your own provider, such as "mx.google.com"; compared without case
 * @param from_address the one address of From, such as "ann@example.org"; NULL or malformed: no alignment. Without one, or
 *        with several, nothing can be confirmed.
 * @param verdict initialized with SMGW_AUTH_VERDICT_INIT; written on success only
 * @return SMGW_OK, also where nothing is found; SMGW_ERR_INVALID; SMGW_ERR_TOO_LARGE for a block over 10 MiB or 10,000 fields
 */
SMGW_API SMGW_CHECK smgw_status smgw_auth_results_read(const char *header, size_t len, const char *trusted_id,
                                                       const char *from_address, smgw_auth_verdict *verdict,
                                                       smgw_error *error) SMGW_NONNULL(3, 5);

#ifdef __cplusplus
}
#endif

#endif
