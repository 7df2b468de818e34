/* SPDX-License-Identifier: MIT */
#include "text/charset.h"

#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdatomic.h>

static const char REPLACEMENT[] = "\xef\xbf\xbd";

/* Where `iconv` is empty the text is UTF-8 already. Supersets stand in for the sets whose names senders use loosely. */
static const struct {
    const char *name;
    const char *iconv;
} CHARSETS[] = {
    { "utf-8", "" }, { "utf8", "" },
    { "us-ascii", "" }, { "ascii", "" }, { "ansi_x3.4-1968", "" }, { "iso646-us", "" },
    { "iso-8859-1", "ISO-8859-1" }, { "latin1", "ISO-8859-1" }, { "iso8859-1", "ISO-8859-1" },
    { "iso-8859-2", "ISO-8859-2" }, { "latin2", "ISO-8859-2" },
    { "iso-8859-3", "ISO-8859-3" }, { "iso-8859-4", "ISO-8859-4" }, { "iso-8859-5", "ISO-8859-5" },
    { "iso-8859-6", "ISO-8859-6" }, { "iso-8859-7", "ISO-8859-7" },
    { "iso-8859-8", "ISO-8859-8" }, { "iso-8859-8-i", "ISO-8859-8" },
    { "iso-8859-9", "ISO-8859-9" }, { "iso-8859-10", "ISO-8859-10" }, { "iso-8859-11", "ISO-8859-11" },
    { "iso-8859-13", "ISO-8859-13" }, { "iso-8859-14", "ISO-8859-14" },
    { "iso-8859-15", "ISO-8859-15" }, { "latin-9", "ISO-8859-15" }, { "iso8859-15", "ISO-8859-15" },
    { "iso-8859-16", "ISO-8859-16" },
    { "windows-1250", "CP1250" }, { "cp1250", "CP1250" }, { "windows-1251", "CP1251" }, { "cp1251", "CP1251" },
    { "windows-1252", "CP1252" }, { "cp1252", "CP1252" }, { "windows-1253", "CP1253" }, { "cp1253", "CP1253" },
    { "windows-1254", "CP1254" }, { "cp1254", "CP1254" }, { "windows-1255", "CP1255" }, { "cp1255", "CP1255" },
    { "windows-1256", "CP1256" }, { "cp1256", "CP1256" }, { "windows-1257", "CP1257" }, { "cp1257", "CP1257" },
    { "windows-1258", "CP1258" }, { "cp1258", "CP1258" },
    { "koi8-r", "KOI8-R" }, { "koi8-u", "KOI8-U" }, { "ibm866", "IBM866" }, { "cp866", "IBM866" },
    { "ibm437", "IBM437" }, { "cp437", "IBM437" }, { "ibm850", "IBM850" }, { "cp850", "IBM850" },
    { "ibm852", "IBM852" }, { "cp852", "IBM852" }, { "macintosh", "MACINTOSH" },
    { "tis-620", "TIS-620" }, { "windows-874", "CP874" },
    { "iso-2022-jp", "ISO-2022-JP" },
    { "shift_jis", "CP932" }, { "shift-jis", "CP932" }, { "sjis", "CP932" }, { "windows-31j", "CP932" }, { "cp932", "CP932" },
    { "euc-jp", "EUC-JP" },
    { "gb2312", "GB18030" }, { "gbk", "GB18030" }, { "gb18030", "GB18030" }, { "cp936", "GB18030" },
    { "big5", "BIG5-HKSCS" }, { "big5-hkscs", "BIG5-HKSCS" },
    { "euc-kr", "CP949" }, { "ks_c_5601-1987", "CP949" }, { "cp949", "CP949" },
    { "utf-16", "UTF-16" }, { "utf-16le", "UTF-16LE" }, { "utf-16be", "UTF-16BE" },
};

enum { CHARSET_COUNT = sizeof CHARSETS / sizeof CHARSETS[0] };

/*
 * A converter of each set that was used, for the life of the process: nothing is converted with it. glibc would unload the
 * module of a set with its last converter and load it again for the next one, at the cost of a tenth of a millisecond,
 * which a mail can ask for with every word (docs/decisions/0007-charsets-stay-loaded.md).
 */
static _Atomic(iconv_t) pins[CHARSET_COUNT];

/* The row of a name; CHARSET_COUNT for one that is not allowed. */
static size_t find_row(mgw_bytes name)
{
    size_t row = 0;
    while (row < CHARSET_COUNT && !mgw_bytes_equal_fold(name, mgw_bytes_str(CHARSETS[row].name)))
        row++;
    return row;
}

/* Keeps the set loaded, once for all of its names. Where that fails its use only stays slow. */
static void pin(const char *from)
{
    size_t row = 0;
    while (strcmp(CHARSETS[row].iconv, from) != 0)
        row++;
    if (atomic_load(&pins[row]) != NULL)
        return;
    iconv_t none = NULL, mine = iconv_open("UTF-8", from);
    if (mine != (iconv_t)-1 && !atomic_compare_exchange_strong(&pins[row], &none, mine))
        iconv_close(mine); /* Another thread was first. */
}

bool mgw_charset_known(mgw_bytes name)
{
    return find_row(name) < CHARSET_COUNT;
}

smgw_status mgw_charset_open(mgw_charset *charset, mgw_bytes name)
{
    *charset = (mgw_charset){ 0 };
    size_t row = find_row(name);
    if (row == CHARSET_COUNT)
        return SMGW_ERR_UNSUPPORTED;
    const char *from = CHARSETS[row].iconv;
    if (from[0] == '\0')
        return SMGW_OK;
    pin(from);
    iconv_t converter = iconv_open("UTF-8", from);
    if (converter == (iconv_t)-1)
        return errno == ENOMEM ? SMGW_ERR_NO_MEMORY : SMGW_ERR_UNSUPPORTED;
    charset->converter = converter;
    charset->unit = strncmp(from, "UTF-16", 6) == 0 ? 2 : 1;
    return SMGW_OK;
}

void mgw_charset_close(mgw_charset *charset)
{
    if (charset->converter != NULL)
        iconv_close(charset->converter);
    *charset = (mgw_charset){ 0 };
}

static void add_replacement(mgw_buf *out)
{
    mgw_buf_add(out, REPLACEMENT, sizeof REPLACEMENT - 1);
}

/* Whether `text` begins a character that more bytes could complete. */
static bool is_cut_utf8(const char *text, size_t len)
{
    static const char *const endings[] = { "\x80", "\x80\x80", "\x80\x80\x80", "\xbf", "\xbf\xbf", "\xbf\xbf\xbf" };
    char whole[8];
    uint32_t rune = 0;
    if (len >= 4)
        return false;
    memcpy(whole, text, len);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t more = strlen(endings[i]);
        memcpy(whole + len, endings[i], more);
        if (mgw_utf8_decode(whole, len + more, &rune) == len + more)
            return true;
    }
    return false;
}

/* Copies what is valid, replaces what cannot be. Returns how much it took; what remains is a character that was cut. */
static size_t convert_utf8(const char *text, size_t len, mgw_buf *out)
{
    size_t done = 0, valid = 0;
    while (valid < len) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + valid, len - valid, &rune);
        if (step > 0) {
            valid += step;
            continue;
        }
        mgw_buf_add(out, text + done, valid - done);
        done = valid;
        if (is_cut_utf8(text + valid, len - valid))
            return done;
        add_replacement(out);
        done = ++valid;
    }
    mgw_buf_add(out, text + done, valid - done);
    return valid;
}

/* Likewise with iconv; what cannot be is replaced one `unit` at a time, so that the rest stays aligned. */
static size_t convert_iconv(iconv_t converter, size_t unit, char *text, size_t len, mgw_buf *out)
{
    char room[512];
    char *in = text;
    size_t left = len;
    while (left > 0 && out->status == SMGW_OK) {
        char *to = room;
        size_t space = sizeof room;
        size_t result = iconv(converter, &in, &left, &to, &space);
        int error = result == (size_t)-1 ? errno : 0;
        mgw_buf_add(out, room, sizeof room - space);
        if (error == EINVAL)
            break;
        if (error == EILSEQ) {
            /* CP949 of glibc reports a broken character that it has taken already: nothing may be left to skip. */
            size_t skipped = left < unit ? left : unit;
            add_replacement(out);
            in += skipped;
            left -= skipped;
        } else if (error != 0 && error != E2BIG) {
            out->status = SMGW_ERR_NO_MEMORY;
        }
    }
    return len - left;
}

static size_t convert(mgw_charset *charset, char *text, size_t len, mgw_buf *out)
{
    if (charset->converter == NULL)
        return convert_utf8(text, len, out);
    return convert_iconv(charset->converter, charset->unit, text, len, out);
}

smgw_status mgw_charset_feed(mgw_charset *charset, mgw_bytes bytes, mgw_buf *out)
{
    char block[1024];
    while (bytes.len > 0 && out->status == SMGW_OK) {
        size_t kept = charset->pending_len;
        mgw_bytes next = mgw_bytes_slice(bytes, 0, sizeof block - kept);
        memcpy(block, charset->pending, kept);
        memcpy(block + kept, next.data, next.len);
        bytes = mgw_bytes_slice(bytes, next.len, bytes.len);

        size_t len = kept + next.len;
        size_t taken = convert(charset, block, len, out);
        /* No character or escape sequence is as long as `pending`: what does not fit there is broken. */
        for (; len - taken > sizeof charset->pending; taken++)
            add_replacement(out);
        charset->pending_len = len - taken;
        memcpy(charset->pending, block + taken, charset->pending_len);
    }
    return out->status;
}

smgw_status mgw_charset_flush(mgw_charset *charset, mgw_buf *out)
{
    if (charset->pending_len > 0)
        add_replacement(out);
    charset->pending_len = 0;
    if (charset->converter == NULL)
        return out->status;
    /* Some converters hold a character back until they know that no combining one follows; then the state is reset. */
    char room[64];
    char *to = room;
    size_t space = sizeof room;
    iconv(charset->converter, NULL, NULL, &to, &space);
    mgw_buf_add(out, room, sizeof room - space);
    return out->status;
}
