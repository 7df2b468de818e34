/* SPDX-License-Identifier: MIT */
#include "imap/mutf7.h"

#include "base/utf8.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/* Bits on their way from 16-bit units to 6-bit digits, or back. */
typedef struct bit_queue {
    uint32_t bits;
    unsigned count;
} bit_queue;

static bool is_direct(uint32_t rune)
{
    return rune >= 0x20 && rune <= 0x7e;
}

static smgw_rule check_rune(uint32_t rune)
{
    if (rune == 0)
        return SMGW_RULE_NUL;
    if (mgw_rune_is_line_break(rune))
        return SMGW_RULE_LINE_BREAK;
    return mgw_rune_is_control(rune) ? SMGW_RULE_CONTROL : SMGW_RULE_OK;
}

/* The outcome of a conversion: a refusal, or a buffer that failed, takes back what was appended. */
static smgw_rule settle(smgw_rule rule, mgw_buf *out, size_t start)
{
    if (out->status != SMGW_OK)
        rule = SMGW_RULE_OUTPUT;
    if (rule != SMGW_RULE_OK)
        mgw_buf_truncate(out, start);
    return rule;
}

static void put_unit(bit_queue *queue, uint32_t unit, mgw_buf *out)
{
    queue->bits = queue->bits << 16 | unit;
    queue->count += 16;
    while (queue->count >= 6) {
        queue->count -= 6;
        mgw_buf_add_byte(out, alphabet[queue->bits >> queue->count & 0x3f]);
    }
}

static void put_rune(bit_queue *queue, uint32_t rune, mgw_buf *out)
{
    if (rune >= 0x10000) {
        put_unit(queue, 0xd800 + ((rune - 0x10000) >> 10), out);
        rune = 0xdc00 + ((rune - 0x10000) & 0x3ff);
    }
    put_unit(queue, rune, out);
}

static void end_run(bit_queue *queue, mgw_buf *out)
{
    if (queue->count > 0)
        mgw_buf_add_byte(out, alphabet[queue->bits << (6 - queue->count) & 0x3f]);
    mgw_buf_add_byte(out, '-');
    *queue = (bit_queue){ 0, 0 };
}

static smgw_rule encode(mgw_bytes utf8, mgw_buf *out)
{
    bit_queue queue = { 0, 0 };
    bool shifted = false;
    for (size_t i = 0; i < utf8.len;) {
        uint32_t rune = 0;
        size_t width = mgw_utf8_decode(utf8.data + i, utf8.len - i, &rune);
        smgw_rule rule = width == 0 ? SMGW_RULE_UTF8 : check_rune(rune);
        if (rule != SMGW_RULE_OK)
            return rule;
        i += width;
        bool shift = !is_direct(rune);
        if (shift && !shifted)
            mgw_buf_add_byte(out, '&');
        if (!shift && shifted)
            end_run(&queue, out);
        if (shift)
            put_rune(&queue, rune, out);
        else
            mgw_buf_add_str(out, rune == '&' ? "&-" : (char[]){ (char)rune, '\0' });
        shifted = shift;
    }
    if (shifted)
        end_run(&queue, out);
    return SMGW_RULE_OK;
}

smgw_rule mgw_mutf7_encode(mgw_bytes utf8, mgw_buf *out)
{
    size_t start = out->len;
    return settle(encode(utf8, out), out, start);
}

static int digit_value(char c)
{
    const char *at = c != '\0' ? strchr(alphabet, c) : NULL;
    return at != NULL ? (int)(at - alphabet) : -1;
}

/* One UTF-16 unit of a base64 run; `high` holds a high surrogate that waits for its other half, or 0. */
static smgw_rule take_unit(uint32_t unit, uint32_t *high, mgw_buf *out)
{
    bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    if (is_low != (*high != 0))
        return SMGW_RULE_SYNTAX;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        *high = unit;
        return SMGW_RULE_OK;
    }
    uint32_t rune = is_low ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : unit;
    *high = 0;
    if (is_direct(rune))
        return SMGW_RULE_SYNTAX;
    smgw_rule rule = check_rune(rune);
    char utf8[4];
    if (rule == SMGW_RULE_OK)
        mgw_buf_add(out, utf8, mgw_utf8_encode(rune, utf8));
    return rule;
}

/* The base64 run that starts at text.data[*at], just behind '&'; *at ends behind its '-'. */
static smgw_rule decode_run(mgw_bytes text, size_t *at, mgw_buf *out)
{
    bit_queue queue = { 0, 0 };
    uint32_t high = 0;
    for (; *at < text.len && text.data[*at] != '-'; (*at)++) {
        int value = digit_value(text.data[*at]);
        if (value < 0)
            return SMGW_RULE_SYNTAX;
        queue.bits = queue.bits << 6 | (uint32_t)value;
        queue.count += 6;
        if (queue.count < 16)
            continue;
        queue.count -= 16;
        smgw_rule rule = take_unit(queue.bits >> queue.count & 0xffff, &high, out);
        if (rule != SMGW_RULE_OK)
            return rule;
    }
    bool closed = *at < text.len;
    uint32_t spare = queue.bits & ((UINT32_C(1) << queue.count) - 1);
    if (!closed || high != 0 || queue.count >= 6 || spare != 0)
        return SMGW_RULE_SYNTAX;
    (*at)++;
    /* "&AOk-&AOk-" says in two runs what one can say; only "&-" may follow a run. */
    bool second = *at + 1 < text.len && text.data[*at] == '&' && text.data[*at + 1] != '-';
    return second ? SMGW_RULE_SYNTAX : SMGW_RULE_OK;
}

static smgw_rule decode(mgw_bytes text, mgw_buf *out)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char c = (unsigned char)text.data[i++];
        if (!is_direct(c))
            return c >= 0x80 ? SMGW_RULE_NON_ASCII : check_rune(c);
        if (c != '&') {
            mgw_buf_add_byte(out, (char)c);
        } else if (i < text.len && text.data[i] == '-') {
            mgw_buf_add_byte(out, '&');
            i++;
        } else {
            smgw_rule rule = decode_run(text, &i, out);
            if (rule != SMGW_RULE_OK)
                return rule;
        }
    }
    return SMGW_RULE_OK;
}

smgw_rule mgw_mutf7_decode(mgw_bytes text, mgw_buf *out)
{
    size_t start = out->len;
    return settle(decode(text, out), out, start);
}
