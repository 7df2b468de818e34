/* SPDX-License-Identifier: MIT */
/* The recipient whitelist: "whitelist{domains=a,b;addresses=c}", with a remark behind it perhaps. */
#include "security/catalogue.h"

#include "policy/whitelist.h"

enum { ENTRIES_MAX = 16 };

typedef struct entries {
    mgw_bytes items[ENTRIES_MAX];
    size_t count;
} entries;

static void split(mgw_bytes text, char separator, entries *e)
{
    while (text.len > 0 && e->count < ENTRIES_MAX) {
        size_t end = mgw_bytes_find(text, separator);
        e->items[e->count++] = mgw_bytes_slice(text, 0, end);
        text = mgw_bytes_slice(text, end + 1, text.len);
    }
}

static bool parse(mgw_bytes name, entries *domains, entries *addresses)
{
    size_t open = mgw_bytes_find(name, '{'), close = mgw_bytes_find(name, '}');
    entries parts = { .count = 0 };
    if (close == name.len)
        return false;
    split(mgw_bytes_slice(name, open + 1, close - open - 1), ';', &parts);
    for (size_t i = 0; i < parts.count; i++) {
        size_t equals = mgw_bytes_find(parts.items[i], '=');
        mgw_bytes key = mgw_bytes_slice(parts.items[i], 0, equals);
        mgw_bytes list = mgw_bytes_slice(parts.items[i], equals + 1, parts.items[i].len);
        if (mgw_bytes_equal(key, MGW_LIT("domains")))
            split(list, ',', domains);
        else if (mgw_bytes_equal(key, MGW_LIT("addresses")))
            split(list, ',', addresses);
        else
            return false;
    }
    return true;
}

static void whitelist(const row *r, outcome *o)
{
    entries domains = { .count = 0 }, addresses = { .count = 0 };
    mgw_whitelist *list = NULL;
    if (!parse(r->surface, &domains, &addresses)) {
        o->skipped = "the surface's braces hold more than domains= and addresses=";
        return;
    }
    /* A whitelist that is refused is a configuration error: nobody gets mail. */
    if (mgw_whitelist_new(&list, SMGW_RECIPIENTS_LISTED, domains.items, domains.count, addresses.items,
            addresses.count, NULL) == SMGW_OK)
        o->accepted = mgw_whitelist_allows(list, r->input);
    mgw_whitelist_free(list);
}

const surface POLICY_SURFACES[] = {
    { "whitelist{", whitelist },
    { NULL, NULL },
};
