/* SPDX-License-Identifier: MIT */
/* A search of an application: what the checks let pass becomes one line that an IMAP server reads as one command. */
#include "fuzz/fuzz.h"

#include "imap/engine.h"

#include "simplemailgw/sanitize.h"

static const unsigned char seed[MGW_IMAP_TAG_SEED_LEN] = { 0 };

/* Outside quoted strings the parentheses pair, and nothing announces a literal. */
static void check_structure(mgw_bytes line)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '(')
            depth++;
        else if (!quoted && c == ')')
            FUZZ_CHECK(depth-- > 0);
        FUZZ_CHECK(quoted || (c != '{' && c != '}'));
    }
    FUZZ_CHECK(!quoted && depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = fuzz_input_of(data, size);
    mgw_bytes set = fuzz_line(&input);
    mgw_bytes criteria = input.rest;
    mgw_imap_search search = { 0 };
    if (smgw_validate_uid_set(set.data, set.len) == SMGW_RULE_OK)
        search.uid_set = set;
    if (smgw_validate_search_criteria(criteria.data, criteria.len) == SMGW_RULE_OK)
        search.criteria = criteria;
    mgw_imap *imap = NULL;
    FUZZ_CHECK(mgw_imap_new(&imap, NULL, seed) == SMGW_OK);
    smgw_status status = mgw_imap_uid_search(imap, &search, NULL);
    mgw_bytes line = mgw_imap_output(imap);
    if (status == SMGW_OK) {
        fuzz_check_lines(line, SIZE_MAX);
        FUZZ_CHECK(line.len > 2 && mgw_bytes_find(line, '\n') == line.len - 1);
        check_structure(line);
    } else {
        FUZZ_CHECK(status == SMGW_ERR_INVALID &&
                   mgw_bytes_find(criteria, '{') + mgw_bytes_find(criteria, '}') < 2 * criteria.len);
    }
    mgw_imap_free(imap);
    return 0;
}
