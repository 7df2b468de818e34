/* SPDX-License-Identifier: MIT */
#include "fuzz/fuzz.h"

#include "base/utf8.h"

fuzz_input fuzz_input_of(const uint8_t *data, size_t size)
{
    return (fuzz_input){ { (const char *)data, size } };
}

static mgw_bytes take(fuzz_input *input, size_t len, size_t separator)
{
    mgw_bytes piece = mgw_bytes_slice(input->rest, 0, len);
    input->rest = mgw_bytes_slice(input->rest, piece.len + separator, SIZE_MAX);
    return piece;
}

unsigned char fuzz_byte(fuzz_input *input)
{
    mgw_bytes byte = take(input, 1, 0);
    return byte.len > 0 ? (unsigned char)byte.data[0] : 0;
}

mgw_bytes fuzz_line(fuzz_input *input)
{
    return take(input, mgw_bytes_find(input->rest, '\n'), 1);
}

mgw_bytes fuzz_piece(fuzz_input *input, size_t max)
{
    size_t len = (size_t)fuzz_byte(input) * 7 + 1;
    return take(input, len < max ? len : max, 0);
}

char *fuzz_string(mgw_bytes bytes)
{
    char *copy = calloc(bytes.len + 1, 1);
    FUZZ_CHECK(copy != NULL);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    return copy;
}

void fuzz_check_clean(const char *text)
{
    FUZZ_CHECK(text != NULL);
    size_t len = strlen(text);
    for (size_t i = 0; i < len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + i, len - i, &rune);
        FUZZ_CHECK(step > 0 && !mgw_rune_is_control(rune));
        i += step;
    }
}

static void check_list(const smgw_address_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        fuzz_check_clean(list->items[i].name);
        fuzz_check_clean(list->items[i].address);
    }
}

static void check_part(const smgw_part *part)
{
    const char *const texts[] = { part->section, part->media_type, part->charset, part->encoding, part->disposition,
        part->filename, part->content_id };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        fuzz_check_clean(texts[i]);
    FUZZ_CHECK(strchr(part->filename, '\n') == NULL && part->depth <= 100);
    bool marked = strcmp(part->disposition, "attachment") == 0;
    FUZZ_CHECK(marked || strcmp(part->disposition, "inline") == 0 || part->disposition[0] == '\0');
    FUZZ_CHECK(!(marked && !part->is_attachment) || strncmp(part->media_type, "multipart/", 10) == 0);
}

void fuzz_check_mail(const smgw_mail *mail)
{
    const smgw_address_list *const lists[] = { &mail->from, &mail->sender, &mail->reply_to, &mail->to, &mail->cc,
        &mail->bcc };
    fuzz_check_clean(mail->subject);
    fuzz_check_clean(mail->message_id);
    fuzz_check_clean(mail->in_reply_to);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        check_list(lists[i]);
    for (size_t i = 0; i < mail->part_count; i++)
        check_part(&mail->parts[i]);
}

void fuzz_check_lines(mgw_bytes text, size_t max_line)
{
    FUZZ_CHECK(mgw_bytes_find(text, '\0') == text.len);
    while (text.len > 0) {
        size_t cr = mgw_bytes_find(text, '\r');
        FUZZ_CHECK(cr <= max_line && mgw_bytes_find(text, '\n') == cr + 1 && cr + 1 < text.len);
        text = mgw_bytes_slice(text, cr + 2, SIZE_MAX);
    }
}
