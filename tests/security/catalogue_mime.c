/* SPDX-License-Identifier: MIT */
/* Writing header fields, and reading them back as a recipient would. */
#include "security/catalogue.h"

#include "mime/address_list.h"
#include "mime/header.h"
#include "mime/mail.h"

static const char ADDRESS[] = "user@example.com";

static bool lines_are_short(mgw_bytes text, size_t max)
{
    while (text.len > 0) {
        size_t end = mgw_bytes_find(text, '\n');
        if (end == text.len || end == 0 || text.data[end - 1] != '\r' || end - 1 > max)
            return false;
        text = mgw_bytes_slice(text, end + 1, text.len);
    }
    return true;
}

/* Printable ASCII, and a line break only before a blank or at the end. */
static bool is_one_field(mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool end = i + 2 >= text.len;
        if (c == '\r' && i + 1 < text.len && text.data[i + 1] == '\n' && (end || mgw_is_wsp((unsigned char)text.data[i + 2])))
            i++;
        else if (c < 0x20 || c >= 0x7f)
            return false;
    }
    return true;
}

/* The only field of a block; its value is empty where there is none, or more than one. */
static mgw_bytes only_value(const mgw_buf *block)
{
    mgw_header_reader reader;
    mgw_header_field field = { .value = { NULL, 0 } }, second;
    mgw_header_reader_init(&reader, mgw_buf_bytes(block));
    bool one = mgw_header_next(&reader, &field) == SMGW_OK && mgw_header_next(&reader, &second) == SMGW_DONE;
    return one && reader.defects == 0 ? field.value : mgw_bytes_of(NULL, 0);
}

static void unstructured(const char *name, const row *r, outcome *o)
{
    mgw_arena arena;
    mgw_arena_init(&arena, 1 << 20);
    if (mgw_header_write_text(&o->output, name, r->input) == SMGW_OK) {
        o->accepted = o->has_output = true;
        const char *read = mgw_mail_text(&arena, only_value(&o->output));
        bool same = read != NULL && mgw_bytes_equal(mgw_bytes_str(read), r->input);
        bool sound = is_one_field(mgw_buf_bytes(&o->output)) && same;
        if (property_is(r, "rfc2047-roundtrip"))
            outcome_property(o, sound && lines_are_short(mgw_buf_bytes(&o->output), 76));
        else if (property_is(r, "lines<=998"))
            outcome_property(o, sound && lines_are_short(mgw_buf_bytes(&o->output), 998));
    }
    mgw_arena_free(&arena);
}

/* Whether a field lists exactly one mailbox, ours, under exactly this name. */
static bool is_one_mailbox(mgw_bytes value, mgw_bytes name)
{
    mgw_arena arena;
    mgw_address_list_reader reader;
    smgw_address_list list = { NULL, 0 };
    mgw_arena_init(&arena, 1 << 20);
    mgw_address_list_init(&reader, &arena, 10);
    bool read = mgw_address_list_add(&reader, value) == SMGW_OK && reader.defects == 0 &&
        mgw_address_list_finish(&reader, &list) == SMGW_OK;
    /* A reader trims a name; what matters is that all of it is a name. */
    bool ours = read && list.count == 1 && mgw_bytes_equal(mgw_bytes_str(list.items[0].address), mgw_bytes_str(ADDRESS)) &&
        mgw_bytes_equal(mgw_bytes_trim(mgw_bytes_str(list.items[0].name)), mgw_bytes_trim(name));
    mgw_address_list_free(&reader);
    mgw_arena_free(&arena);
    return ours;
}

static void display_name(const char *field, const row *r, outcome *o)
{
    mgw_header_list list;
    mgw_header_list_begin(&list, &o->output, field);
    mgw_header_list_add(&list, r->input, mgw_bytes_str(ADDRESS));
    if (mgw_header_list_end(&list) != SMGW_OK)
        return;
    o->accepted = o->has_output = true;
    if (property_is(r, "quoted-display-name"))
        outcome_property(o, is_one_field(mgw_buf_bytes(&o->output)) && is_one_mailbox(only_value(&o->output), r->input));
}

/* "build_header(Subject)", or "build_header(From-display)" for the name of a mailbox. */
static void build_header(const row *r, outcome *o)
{
    static const char display[] = "-display";
    char name[64] = "";
    size_t open = mgw_bytes_find(r->surface, '('), close = mgw_bytes_find(r->surface, ')');
    mgw_bytes field = mgw_bytes_slice(r->surface, open + 1, close - open - 1);
    if (field.len == 0 || field.len >= sizeof name) {
        o->skipped = "the surface names no field between its parentheses";
        return;
    }
    memcpy(name, field.data, field.len);
    char *end = strstr(name, display);
    if (end == NULL) {
        unstructured(name, r, o);
        return;
    }
    *end = '\0';
    display_name(name, r, o);
}

/* The output is what stands between the quotes. */
static void sent_filename(const row *r, outcome *o)
{
    static const char start[] = " filename=\"";
    mgw_buf field = MGW_BUF_INIT(1 << 20);
    size_t column = 0;
    mgw_buf_add_str(&field, ";");
    if (mgw_header_add_param(&field, &column, "filename", r->input) == SMGW_OK && field.data[field.len - 1] == '"') {
        const char *at = memmem(field.data, field.len, start, sizeof start - 1);
        if (at != NULL) {
            size_t from = (size_t)(at - field.data) + sizeof start - 1;
            outcome_bytes(o, mgw_bytes_slice(mgw_buf_bytes(&field), from, field.len - from - 1));
        }
    }
    mgw_buf_free(&field);
}

const surface MIME_SURFACES[] = {
    { "build_header(", build_header },
    { "content-disposition filename(send)", sent_filename },
    { NULL, NULL },
};
