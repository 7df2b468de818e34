/* SPDX-License-Identifier: MIT */
#include "mime/body_view.h"

#include "base/alloc.h"
#include "base/error.h"
#include "mime/flowed.h"
#include "mime/html_text.h"

struct smgw_view {
    mgw_buf text;
    mgw_buf spans; /* smgw_view_span each. */
    uint32_t defects;
};

void smgw_view_options_init(smgw_view_options *options)
{
    *options = (smgw_view_options)SMGW_VIEW_OPTIONS_INIT;
}

static smgw_status check_options(const smgw_view_options *options, smgw_error *error)
{
    if (options->struct_size != sizeof *options)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "options.struct_size", SMGW_RULE_RANGE);
    if ((unsigned)options->source > SMGW_VIEW_HTML)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "options.source", SMGW_RULE_RANGE);
    if (options->max_len == 0 || options->max_len > MGW_VIEW_MAX_LEN)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "options.max_len", SMGW_RULE_RANGE);
    return SMGW_OK;
}

static smgw_status read_flowed(smgw_view *view, mgw_bytes source, bool delsp)
{
    mgw_buf clean;
    mgw_buf_init(&clean, view->text.cap);
    smgw_status status = mgw_view_clean(source, &clean, &view->defects);
    if (status == SMGW_OK)
        status = mgw_flowed_decode(mgw_buf_bytes(&clean), delsp, &view->text);
    mgw_buf_free(&clean);
    if (status != SMGW_ERR_TOO_LARGE)
        return status;
    view->defects |= SMGW_VIEW_CUT;
    return SMGW_OK;
}

static smgw_status read_html(smgw_view *view, mgw_bytes source, ptrdiff_t *reply_at)
{
    mgw_html_text result;
    smgw_status status = mgw_html_to_text(source, &view->text, &result);
    view->defects |= result.defects;
    *reply_at = result.reply_at;
    return status;
}

static smgw_status read_text(smgw_view *view, mgw_bytes source, smgw_view_source kind, ptrdiff_t *reply_at)
{
    switch (kind) {
    case SMGW_VIEW_FLOWED: return read_flowed(view, source, false);
    case SMGW_VIEW_FLOWED_DELSP: return read_flowed(view, source, true);
    case SMGW_VIEW_HTML: return read_html(view, source, reply_at);
    case SMGW_VIEW_PLAIN: break;
    }
    return mgw_view_clean(source, &view->text, &view->defects);
}

/* The NUL has a byte of its own beyond the cap of the text. */
static smgw_status end_text(smgw_view *view)
{
    view->text.status = SMGW_OK;
    view->text.cap = SIZE_MAX;
    return mgw_buf_str(&view->text) != NULL ? SMGW_OK : SMGW_ERR_NO_MEMORY;
}

static smgw_status fill(smgw_view *view, mgw_bytes source, const smgw_view_options *options)
{
    mgw_buf_init(&view->text, options->max_len);
    mgw_buf_init(&view->spans, MGW_VIEW_MAX_SPANS * sizeof(smgw_view_span));
    if (source.len > options->max_len) {
        source.len = options->max_len;
        view->defects |= SMGW_VIEW_CUT;
    }
    bool html = options->source == SMGW_VIEW_HTML;
    mgw_view_marks marks = { options->source == SMGW_VIEW_PLAIN, html, -1 };
    smgw_status status = read_text(view, source, options->source, &marks.reply_at);
    if (status == SMGW_OK)
        status = mgw_view_mark(mgw_buf_bytes(&view->text), &marks, &view->spans, &view->defects);
    return status == SMGW_OK ? end_text(view) : status;
}

smgw_status smgw_view_new(smgw_view **view, const char *text, size_t len, const smgw_view_options *options,
                          smgw_error *error)
{
    static const smgw_view_options defaults = SMGW_VIEW_OPTIONS_INIT;
    const smgw_view_options *chosen = options != NULL ? options : &defaults;
    *view = NULL;
    smgw_status status = check_options(chosen, error);
    if (status != SMGW_OK)
        return status;
    if (text == NULL && len > 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "text", SMGW_RULE_EMPTY);
    smgw_view *made = mgw_calloc(1, sizeof *made);
    if (made == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    status = fill(made, mgw_bytes_of(text, len), chosen);
    if (status != SMGW_OK) {
        smgw_view_free(made);
        return mgw_error_status(error, status);
    }
    *view = made;
    return SMGW_OK;
}

void smgw_view_free(smgw_view *view)
{
    if (view == NULL)
        return;
    mgw_buf_free(&view->text);
    mgw_buf_free(&view->spans);
    mgw_free(view);
}

const char *smgw_view_text(const smgw_view *view, size_t *len)
{
    if (len != NULL)
        *len = view->text.len;
    return view->text.data;
}

const smgw_view_span *smgw_view_spans(const smgw_view *view, size_t *count)
{
    *count = view->spans.len / sizeof(smgw_view_span);
    return (const smgw_view_span *)(const void *)view->spans.data;
}

uint32_t smgw_view_defects(const smgw_view *view)
{
    return view->defects;
}

static bool inside_character(mgw_bytes text, size_t offset)
{
    return offset < text.len && ((unsigned char)text.data[offset] & 0xc0) == 0x80;
}

smgw_status smgw_view_read(const smgw_view *view, size_t offset, size_t max_len, smgw_view_page *page,
                           smgw_error *error)
{
    mgw_bytes text = mgw_buf_bytes(&view->text);
    if (offset > text.len || inside_character(text, offset))
        return mgw_error_rule(error, SMGW_ERR_INVALID, "offset", SMGW_RULE_RANGE);
    if (max_len < 4)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "max_len", SMGW_RULE_RANGE);
    const char *start = text.data + offset;
    size_t len = 0;
    if (offset < text.len)
        len = max_len >= text.len - offset ? text.len - offset : max_len;
    while (inside_character(text, offset + len))
        len--;
    *page = (smgw_view_page){ start, len, offset + len };
    return len > 0 ? SMGW_OK : SMGW_DONE;
}
