/* SPDX-License-Identifier: MIT */
/* Pseudo-random bytes, the same in each run, through every sanitizer: what must hold for any input. */
#include "unit/text/rows.h"

#include "base/utf8.h"

#include "simplemailgw/sanitize.h"

enum { ROUNDS = 60000, TEXT_SIZE = 256 };

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

/* Pieces that matter to one sanitizer or another, and bytes that matter to none. */
static size_t make_text(uint32_t *seed, char *text)
{
    static const char *const pieces[] = { "a", "b.c", "@", "<", ">", "<a@b>", " ", "  ", "\r\n", "\n", "\t", "\001", "..", "/",
        "\\", "\"", "%", "=?", "?=", "\302\205", "\342\200\250", "\342\200\213", "\303\251", "\360\237\230\200", "\377",
        "\300", "CON", ".txt", "NOT ", "(", ")", "ALL", "SUBJECT ", "UID ", "1", "4294967295", ":", ",", "*", "|", "\\Seen",
        "INBOX", "~", "#", "example.com", "user@example.com", "[127.0.0.1]", "<c@d>", "xn--a", "-", "::1",
        "[", "]" };
    size_t len = 0, count = next(seed) % 8;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[next(seed) % COUNT_OF(pieces)];
        size_t piece_len = strlen(piece);
        memcpy(text + len, piece, piece_len);
        len += piece_len;
        if (next(seed) % 8 == 0)
            text[len++] = (char)next(seed);
    }
    return len;
}

/* Valid UTF-8 without a character that ends a line or controls a terminal; TAB may be allowed. */
static bool is_harmless(const char *text, size_t len, bool tab)
{
    for (size_t i = 0; i < len;) {
        uint32_t rune = 0;
        size_t step = mgw_utf8_decode(text + i, len - i, &rune);
        if (step == 0 || (mgw_rune_is_control(rune) && !(tab && rune == '\t')))
            return false;
        i += step;
    }
    return true;
}

static void what_transforms_give_is_clean_and_stays(void **state)
{
    (void)state;
    static const transform_function transforms[] = { smgw_sanitize_subject, smgw_sanitize_header_value,
        smgw_sanitize_references, smgw_attachment_name };
    uint32_t seed = 1;
    unsigned accepted[COUNT_OF(transforms)] = { 0 };
    for (unsigned round = 0; round < ROUNDS; round++) {
        char text[TEXT_SIZE], once[TEXT_SIZE + 2], twice[TEXT_SIZE + 2];
        size_t len = make_text(&seed, text), once_len = 0, twice_len = 0, t = round % COUNT_OF(transforms);
        if (transforms[t](text, len, once, len + 2, &once_len) != SMGW_RULE_OK)
            continue;
        accepted[t]++;
        assert_true(is_harmless(once, once_len, t == 1));
        assert_int_equal(once[once_len], '\0');
        assert_int_equal(transforms[t](once, once_len, twice, sizeof twice, &twice_len), SMGW_RULE_OK);
        if (twice_len != once_len || memcmp(once, twice, once_len) != 0)
            fail_msg("%zu: \"%s\", then \"%s\"", t, once, twice);
        if (t == 3) {
            assert_null(strpbrk(once, "/\\<>:\"|?*"));
            assert_true(once[0] != '.' && once[0] != ' ' && once[once_len - 1] != '.' && once[once_len - 1] != ' ');
        }
    }
    for (size_t t = 0; t < COUNT_OF(transforms); t++)
        assert_true(accepted[t] > 20);
}

static smgw_rule numeric(const char *text, size_t len)
{
    return smgw_sanitize_message_id_numeric(text, len, NULL);
}

static void what_checks_accept_is_clean(void **state)
{
    (void)state;
    static const struct {
        check_function check;
        bool ascii;
    } checks[] = {
        { smgw_validate_header_name, true },  { smgw_sanitize_message_id, true },  { smgw_validate_email, true },
        { smgw_validate_host, true },         { smgw_validate_ehlo_name, true },   { smgw_validate_uid_set, true },
        { smgw_validate_flag, true },         { smgw_validate_search_criteria, true }, { numeric, true },
        { smgw_sanitize_folder_name, false }, { smgw_validate_folder_name, false }, { smgw_sanitize_filename, false },
    };
    uint32_t seed = 2;
    unsigned accepted[COUNT_OF(checks)] = { 0 };
    for (unsigned round = 0; round < 10 * ROUNDS; round++) {
        char text[TEXT_SIZE];
        size_t len = make_text(&seed, text), c = round % COUNT_OF(checks);
        if (check_copy(checks[c].check, text, len) != SMGW_RULE_OK)
            continue;
        accepted[c]++;
        assert_true(len > 0 && is_harmless(text, len, false));
        for (size_t i = 0; checks[c].ascii && i < len; i++)
            assert_true((unsigned char)text[i] < 0x80);
    }
    for (size_t c = 0; c < COUNT_OF(checks); c++)
        if (accepted[c] == 0)
            fail_msg("check %zu accepted nothing: it was not tested", c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_transforms_give_is_clean_and_stays),
        cmocka_unit_test(what_checks_accept_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
