/* SPDX-License-Identifier: MIT */
/* The values of parameters, decoded (RFC 2231). */
#include "mime/param.h"

#include "base/buf.h"
#include "mime/mail.h"
#include "text/charset.h"

/* The forms in which one value may come. Each is the first of its kind, or NULL. */
typedef struct forms {
    const mgw_param *plain;                   /* name= */
    const mgw_param *extended;                /* name*= */
    const mgw_param *segments[MGW_PARAM_MAX]; /* name*0=, name*1*= and so on */
} forms;

static bool is_extended(const mgw_param *param)
{
    return param->name.len > 0 && param->name.data[param->name.len - 1] == '*';
}

/* The number of "*3" or "*3*". False where it is no segment. */
static bool segment_number(mgw_bytes suffix, uint64_t *number)
{
    if (suffix.data[0] != '*')
        return false;
    suffix = mgw_bytes_slice(suffix, 1, suffix.len);
    if (suffix.len > 0 && suffix.data[suffix.len - 1] == '*')
        suffix.len--;
    return mgw_bytes_to_u64(suffix, MGW_PARAM_MAX - 1, number);
}

static void sort_in(forms *found, const mgw_param *param, mgw_bytes suffix)
{
    uint64_t number = 0;
    const mgw_param **place = NULL;
    if (suffix.len == 0)
        place = &found->plain;
    else if (mgw_bytes_equal(suffix, MGW_LIT("*")))
        place = &found->extended;
    else if (segment_number(suffix, &number))
        place = &found->segments[number];
    if (place != NULL && *place == NULL)
        *place = param;
}

static void find_forms(mgw_param_list params, mgw_bytes name, forms *found)
{
    memset(found, 0, sizeof *found);
    for (size_t i = 0; i < params.count && i < MGW_PARAM_MAX; i++)
        if (mgw_bytes_starts_with_fold(params.items[i].name, name))
            sort_in(found, &params.items[i], mgw_bytes_slice(params.items[i].name, name.len, SIZE_MAX));
}

/* The octet of "%41", or -1. */
static int percent_value(mgw_bytes text, size_t at)
{
    if (text.len - at < 3)
        return -1;
    int high = mgw_hex_value((unsigned char)text.data[at + 1]);
    int low = mgw_hex_value((unsigned char)text.data[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static void add_percent_decoded(mgw_buf *buf, mgw_bytes text, uint32_t *defects)
{
    for (size_t i = 0; i < text.len; i++) {
        int octet = text.data[i] == '%' ? percent_value(text, i) : -1;
        if (octet >= 0) {
            mgw_buf_add_byte(buf, (char)octet);
            i += 2;
            continue;
        }
        if (text.data[i] == '%')
            ++*defects;
        mgw_buf_add_byte(buf, text.data[i]);
    }
}

/* Cuts "charset'language'" from the first extended value; the charset is empty where that is missing. */
static mgw_bytes take_charset(mgw_bytes *value, uint32_t *defects)
{
    size_t first = mgw_bytes_find(*value, '\'');
    mgw_bytes rest = mgw_bytes_slice(*value, first + 1, value->len);
    size_t second = mgw_bytes_find(rest, '\'');
    if (first >= value->len || second >= rest.len) {
        ++*defects;
        return MGW_LIT("");
    }
    mgw_bytes charset = mgw_bytes_slice(*value, 0, first);
    *value = mgw_bytes_slice(rest, second + 1, rest.len);
    return charset;
}

/* Converts `raw` to UTF-8; bytes of a charset that is not known are taken as UTF-8. */
static smgw_status convert(mgw_buf *raw, mgw_bytes charset_name, mgw_buf *out)
{
    mgw_charset charset;
    smgw_status status = charset_name.len > 0 ? mgw_charset_open(&charset, charset_name) : SMGW_ERR_UNSUPPORTED;
    if (status == SMGW_ERR_UNSUPPORTED)
        return mgw_buf_add_bytes(out, mgw_buf_bytes(raw));
    if (status != SMGW_OK)
        return status;
    mgw_charset_feed(&charset, mgw_buf_bytes(raw), out);
    status = mgw_charset_flush(&charset, out);
    mgw_charset_close(&charset);
    return status;
}

/* Joins the segments, or takes the one extended value; returns what they say about the charset. */
static mgw_bytes join(const forms *found, mgw_buf *raw, uint32_t *defects)
{
    mgw_bytes charset = MGW_LIT("");
    for (size_t i = 0; i < MGW_PARAM_MAX; i++) {
        const mgw_param *param = found->extended != NULL ? found->extended : found->segments[i];
        if (param == NULL)
            break;
        mgw_bytes value = param->value;
        if (i == 0 && is_extended(param))
            charset = take_charset(&value, defects);
        if (is_extended(param))
            add_percent_decoded(raw, value, defects);
        else
            mgw_buf_add_bytes(raw, value);
        if (found->extended != NULL)
            break;
    }
    return charset;
}

static const char *keep(mgw_arena *arena, smgw_status status, mgw_bytes text, bool may_have_words)
{
    if (status == SMGW_ERR_TOO_LARGE)
        return mgw_mail_too_long;
    if (status != SMGW_OK && arena->status == SMGW_OK)
        arena->status = status;
    if (arena->status != SMGW_OK)
        return NULL;
    return may_have_words ? mgw_mail_text(arena, text) : mgw_mail_plain(arena, text);
}

static const char *joined_text(mgw_arena *arena, const forms *found, uint32_t *defects)
{
    mgw_buf raw = MGW_BUF_INIT(MGW_MAIL_MAX_FIELD);
    mgw_buf text = MGW_BUF_INIT((size_t)4 * MGW_MAIL_MAX_FIELD); /* A conversion asks for room for the worst case. */
    mgw_bytes charset = join(found, &raw, defects);
    smgw_status status = raw.status != SMGW_OK ? raw.status : convert(&raw, charset, &text);
    /* Segments without any percent encoding are the plain form, only longer. */
    bool is_plain = found->extended == NULL && !is_extended(found->segments[0]);
    const char *result = keep(arena, status, mgw_buf_bytes(&text), is_plain);
    mgw_buf_free(&raw);
    mgw_buf_free(&text);
    return result;
}

const char *mgw_param_text(mgw_arena *arena, mgw_param_list params, const char *name, uint32_t *defects)
{
    uint32_t ignored = 0;
    forms found;
    find_forms(params, mgw_bytes_str(name), &found);
    if (found.extended != NULL || found.segments[0] != NULL)
        return joined_text(arena, &found, defects != NULL ? defects : &ignored);
    return mgw_mail_text(arena, found.plain != NULL ? found.plain->value : MGW_LIT(""));
}

bool mgw_param_raw(mgw_param_list params, const char *name, mgw_bytes *value)
{
    forms found;
    find_forms(params, mgw_bytes_str(name), &found);
    if (found.plain == NULL)
        return false;
    *value = found.plain->value;
    return true;
}

const char *mgw_param_filename(
    mgw_arena *arena, mgw_param_list disposition_params, mgw_param_list type_params, uint32_t *defects)
{
    const char *filename = mgw_param_text(arena, disposition_params, "filename", defects);
    if (filename == NULL || filename == mgw_mail_too_long || filename[0] != '\0')
        return filename;
    return mgw_param_text(arena, type_params, "name", defects);
}
