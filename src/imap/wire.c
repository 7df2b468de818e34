/* SPDX-License-Identifier: MIT */
#include "imap/wire.h"

#include "base/utf8.h"
#include "imap/mutf7.h"

#include "simplemailgw/sanitize.h"

void mgw_imap_writer_init(mgw_imap_writer *writer, mgw_buf *out, size_t nonsync_max)
{
    *writer = (mgw_imap_writer){ .out = out, .nonsync_max = nonsync_max, .status = SMGW_OK };
}

void mgw_imap_refuse(mgw_imap_writer *writer, smgw_status status)
{
    /* Whoever is short of memory is to hear of it, whatever else is wrong. */
    if (writer->status == SMGW_OK || status == SMGW_ERR_NO_MEMORY)
        writer->status = status;
}

static bool is_printable_ascii(char c)
{
    return c >= 0x20 && c <= 0x7e;
}

static bool is_atom_char(char c)
{
    return is_printable_ascii(c) && c != ' ' && strchr("(){%*\"\\]", c) == NULL;
}

static bool is_set_char(char c)
{
    return mgw_is_digit((unsigned char)c) || c == ',' || c == ':' || c == '*';
}

static bool is_checked_char(char c)
{
    return is_printable_ascii(c) && c != '{' && c != '}';
}

/* Appends text that is not empty and whose every character is allowed. */
static void write_all_of(mgw_imap_writer *writer, mgw_bytes text, bool (*allowed)(char))
{
    bool good = text.len > 0;
    for (size_t i = 0; i < text.len; i++)
        good = good && allowed(text.data[i]);
    if (good)
        mgw_buf_add_bytes(writer->out, text);
    else
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
}

void mgw_imap_write_words(mgw_imap_writer *writer, const char *words)
{
    mgw_buf_add_str(writer->out, words);
}

void mgw_imap_write_number(mgw_imap_writer *writer, uint64_t number)
{
    mgw_buf_add_u64(writer->out, number);
}

void mgw_imap_write_atom(mgw_imap_writer *writer, mgw_bytes atom)
{
    write_all_of(writer, atom, is_atom_char);
}

void mgw_imap_write_set(mgw_imap_writer *writer, mgw_bytes set)
{
    write_all_of(writer, set, is_set_char);
}

void mgw_imap_write_exact_set(mgw_imap_writer *writer, mgw_bytes set)
{
    if (smgw_validate_uid_set(set.data, set.len) == SMGW_RULE_OK && mgw_bytes_find(set, '*') == set.len)
        mgw_buf_add_bytes(writer->out, set);
    else
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
}

void mgw_imap_write_checked(mgw_imap_writer *writer, mgw_bytes text)
{
    write_all_of(writer, text, is_checked_char);
}

static void write_quoted(mgw_imap_writer *writer, mgw_bytes text)
{
    mgw_buf_add_byte(writer->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            mgw_buf_add_byte(writer->out, '\\');
        mgw_buf_add_byte(writer->out, text.data[i]);
    }
    mgw_buf_add_byte(writer->out, '"');
}

void mgw_imap_write_gate(mgw_imap_writer *writer)
{
    if (writer->gate_count == MGW_IMAP_MAX_GATES)
        mgw_imap_refuse(writer, SMGW_ERR_TOO_LARGE);
    else
        writer->gates[writer->gate_count++] = writer->out->len;
}

static void write_literal(mgw_imap_writer *writer, mgw_bytes text)
{
    bool waits = text.len > writer->nonsync_max;
    mgw_buf_add_byte(writer->out, '{');
    mgw_buf_add_u64(writer->out, text.len);
    mgw_buf_add_str(writer->out, waits ? "}\r\n" : "+}\r\n");
    if (waits)
        mgw_imap_write_gate(writer);
    mgw_buf_add_bytes(writer->out, text);
}

bool mgw_imap_needs_literal(mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] >= 0x80 || text.data[i] == '\r' || text.data[i] == '\n')
            return true;
    return false;
}

/* Valid UTF-8 on one line, without controls. */
static bool is_plain_line(mgw_bytes text)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t rune = 0;
        size_t width = mgw_utf8_decode(text.data + i, text.len - i, &rune);
        if (width == 0 || mgw_rune_is_control(rune))
            return false;
        i += width;
    }
    return true;
}

void mgw_imap_write_string(mgw_imap_writer *writer, mgw_bytes text)
{
    if (mgw_bytes_find(text, '\0') < text.len)
        mgw_imap_refuse(writer, SMGW_ERR_INVALID);
    else if (mgw_imap_needs_literal(text) && !(writer->utf8 && is_plain_line(text)))
        write_literal(writer, text);
    else
        write_quoted(writer, text);
}

void mgw_imap_write_mailbox(mgw_imap_writer *writer, mgw_bytes utf8)
{
    if (writer->utf8) {
        if (is_plain_line(utf8))
            write_quoted(writer, utf8);
        else
            mgw_imap_refuse(writer, SMGW_ERR_INVALID);
        return;
    }
    mgw_buf name = MGW_BUF_INIT(writer->out->cap);
    if (mgw_mutf7_encode(utf8, &name) == SMGW_RULE_OK)
        write_quoted(writer, mgw_buf_bytes(&name));
    else
        mgw_imap_refuse(writer, name.status != SMGW_OK ? name.status : SMGW_ERR_INVALID);
    mgw_buf_free(&name);
}

smgw_status mgw_imap_write_end(mgw_imap_writer *writer)
{
    mgw_buf_add_str(writer->out, "\r\n");
    mgw_imap_refuse(writer, writer->out->status);
    return writer->status;
}
