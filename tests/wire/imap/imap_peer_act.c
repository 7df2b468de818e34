/* SPDX-License-Identifier: MIT */
#include "wire/imap/imap_peer.h"

#include <stdio.h>
#include <stdlib.h>

char *imap_peer_word(char **rest, const char *separators)
{
    char *word = *rest + strspn(*rest, separators);
    char *end = word + strcspn(word, separators);
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

static mgw_imap_date parse_date(const char *text)
{
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    sscanf(text, "%u-%u-%u", &year, &month, &day);
    return (mgw_imap_date){ (uint16_t)year, (uint8_t)month, (uint8_t)day };
}

static bool set_term(mgw_imap_search *search, const char *key, const char *value)
{
    const struct {
        const char *key;
        mgw_bytes *text;
    } texts[] = {
        { "from", &search->from },
        { "to", &search->to },
        { "subject", &search->subject },
        { "body", &search->body },
        { "text", &search->text },
        { "message-id", &search->message_id },
        { "gmail", &search->gmail_raw },
        { "header", &search->header },
        { "value", &search->header_value },
        { "keyword", &search->keyword },
        { "unkeyword", &search->unkeyword },
        { "uids", &search->uid_set },
        { "criteria", &search->criteria },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            *texts[i].text = mgw_bytes_str(value);
            return true;
        }
    }
    if (strcmp(key, "since") == 0)
        search->since = parse_date(value);
    else if (strcmp(key, "before") == 0)
        search->before = parse_date(value);
    else if (strcmp(key, "set") == 0)
        search->flags_set = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(key, "clear") == 0)
        search->flags_clear = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(key, "larger") == 0)
        search->larger = strtoull(value, NULL, 10);
    else
        return false;
    return true;
}

static bool parse_search(char *rest, mgw_imap_search *out)
{
    while (*rest != '\0') {
        char *term = imap_peer_word(&rest, ";");
        char *value = strchr(term, '=');
        if (value == NULL)
            return false;
        *value = '\0';
        if (!set_term(out, term, value + 1))
            return false;
    }
    return true;
}

static uint32_t fetch_items(const char *word)
{
    if (strcmp(word, "flags") == 0)
        return MGW_IMAP_FETCH_FLAGS;
    if (strcmp(word, "size") == 0)
        return MGW_IMAP_FETCH_SIZE;
    return strcmp(word, "envelope") == 0 ? MGW_IMAP_FETCH_ENVELOPE : MGW_IMAP_FETCH_SUMMARY;
}

static smgw_status act_fetch(mgw_imap *imap, char *rest)
{
    char *set = imap_peer_word(&rest, " ");
    return mgw_imap_uid_fetch(imap, mgw_bytes_str(set), fetch_items(imap_peer_word(&rest, " ")), NULL);
}

static mgw_bytes dash_is_empty(const char *word)
{
    return mgw_bytes_str(strcmp(word, "-") == 0 ? "" : word);
}

static smgw_status act_body(mgw_imap *imap, char *rest)
{
    mgw_imap_body body = { 0 };
    body.uid = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    body.section = dash_is_empty(imap_peer_word(&rest, " "));
    body.offset = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    body.count = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    return mgw_imap_uid_fetch_body(imap, &body, NULL);
}

static smgw_status act_list(mgw_imap *imap, char *rest)
{
    mgw_bytes reference = dash_is_empty(imap_peer_word(&rest, " "));
    return mgw_imap_list(imap, reference, mgw_bytes_str(rest), NULL);
}

static smgw_status act_search(mgw_imap *imap, char *rest)
{
    mgw_imap_search search = { 0 };
    return parse_search(rest, &search) ? mgw_imap_uid_search(imap, &search, NULL) : SMGW_DONE;
}

static smgw_status act_capability(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_capability(imap, NULL);
}

static smgw_status act_noop(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_noop(imap, NULL);
}

static smgw_status act_unselect(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_unselect(imap, NULL);
}

static smgw_status act_logout(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_logout(imap, NULL);
}

static smgw_status act_rename(mgw_imap *imap, char *rest)
{
    mgw_bytes from = mgw_bytes_str(imap_peer_word(&rest, " "));
    return mgw_imap_rename(imap, from, mgw_bytes_str(rest), NULL);
}

static smgw_status act_status(mgw_imap *imap, char *rest)
{
    uint32_t what = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    return mgw_imap_folder_status(imap, mgw_bytes_str(rest), what, NULL);
}

static smgw_status act_store(mgw_imap *imap, char *rest)
{
    mgw_bytes keywords[8];
    mgw_imap_flag_change change = { .uid_set = mgw_bytes_str(imap_peer_word(&rest, " ")), .keywords = keywords };
    const char *mode = imap_peer_word(&rest, " ");
    change.mode = *mode == '+' ? MGW_IMAP_FLAGS_ADD : *mode == '-' ? MGW_IMAP_FLAGS_REMOVE : MGW_IMAP_FLAGS_REPLACE;
    change.unchanged_since = strtoull(imap_peer_word(&rest, " "), NULL, 10);
    change.flags = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    while (*rest != '\0' && change.keyword_count < 8)
        keywords[change.keyword_count++] = mgw_bytes_str(imap_peer_word(&rest, " "));
    return mgw_imap_uid_store(imap, &change, NULL);
}

static smgw_status act_copy(mgw_imap *imap, char *rest)
{
    mgw_bytes set = mgw_bytes_str(imap_peer_word(&rest, " "));
    return mgw_imap_uid_copy(imap, set, mgw_bytes_str(rest), NULL);
}

static smgw_status act_move(mgw_imap *imap, char *rest)
{
    mgw_bytes set = mgw_bytes_str(imap_peer_word(&rest, " "));
    return mgw_imap_uid_move(imap, set, mgw_bytes_str(rest), NULL);
}

static smgw_status act_append(mgw_imap *imap, char *rest)
{
    mgw_bytes keyword = { NULL, 0 };
    mgw_imap_upload upload = { .folder = mgw_bytes_str(imap_peer_word(&rest, " ")), .keywords = &keyword };
    upload.size = strtoull(imap_peer_word(&rest, " "), NULL, 10);
    upload.flags = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    const char *date = imap_peer_word(&rest, " ");
    upload.internal_date = strcmp(date, "-") == 0 ? MGW_IMAP_NO_DATE : strtoll(date, NULL, 10);
    keyword = mgw_bytes_str(imap_peer_word(&rest, " "));
    upload.keyword_count = keyword.len > 0 ? 1 : 0;
    return mgw_imap_append(imap, &upload, NULL);
}

static smgw_status act_give(mgw_imap *imap, char *rest)
{
    size_t taken = 0;
    smgw_status status = mgw_imap_append_data(imap, mgw_bytes_str(rest), &taken);
    return status == SMGW_OK && taken != strlen(rest) ? SMGW_ERR_TOO_LARGE : status;
}

static smgw_status act_enable(mgw_imap *imap, char *rest)
{
    uint64_t features = 0;
    features |= strstr(rest, "condstore") != NULL ? MGW_IMAP_CAP_CONDSTORE : 0;
    features |= strstr(rest, "qresync") != NULL ? MGW_IMAP_CAP_QRESYNC : 0;
    features |= strstr(rest, "utf8") != NULL ? MGW_IMAP_CAP_UTF8_ACCEPT : 0;
    return mgw_imap_enable(imap, features, NULL);
}

static smgw_status act_open_since(mgw_imap *imap, char *rest)
{
    mgw_bytes folder = mgw_bytes_str(imap_peer_word(&rest, " "));
    bool writable = strcmp(imap_peer_word(&rest, " "), "rw") == 0;
    mgw_imap_known known = { 0 };
    if (*rest == '\0')
        return mgw_imap_open_since(imap, folder, writable, NULL, NULL);
    known.uidvalidity = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    known.modseq = strtoull(imap_peer_word(&rest, " "), NULL, 10);
    known.uids = mgw_bytes_str(imap_peer_word(&rest, " "));
    return mgw_imap_open_since(imap, folder, writable, &known, NULL);
}

static smgw_status act_fetch_since(mgw_imap *imap, char *rest)
{
    mgw_bytes set = mgw_bytes_str(imap_peer_word(&rest, " "));
    uint64_t modseq = strtoull(imap_peer_word(&rest, " "), NULL, 10);
    return mgw_imap_uid_fetch_since(
        imap, set, MGW_IMAP_FETCH_FLAGS | MGW_IMAP_FETCH_MODSEQ, modseq, *rest != '\0', NULL);
}

static smgw_status act_list_extended(mgw_imap *imap, char *rest)
{
    uint32_t counts = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    return mgw_imap_list_extended(imap, MGW_LIT(""), mgw_bytes_str(rest), counts, NULL);
}

static smgw_status act_fields(mgw_imap *imap, char *rest)
{
    mgw_bytes fields[8];
    mgw_imap_body body = { .fields = fields };
    body.uid = (uint32_t)strtoul(imap_peer_word(&rest, " "), NULL, 10);
    body.section = mgw_bytes_str(imap_peer_word(&rest, " "));
    while (*rest != '\0' && body.field_count < 8)
        fields[body.field_count++] = mgw_bytes_str(imap_peer_word(&rest, " "));
    return mgw_imap_uid_fetch_body(imap, &body, NULL);
}

static smgw_status act_compress(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_compress(imap, NULL);
}

static smgw_status act_idle(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_idle(imap, NULL);
}

static smgw_status act_idle_done(mgw_imap *imap, char *rest)
{
    (void)rest;
    return mgw_imap_idle_done(imap);
}

typedef struct bytes_verb {
    const char *verb;
    smgw_status (*act)(mgw_imap *imap, mgw_bytes argument, uint32_t *command);
} bytes_verb;

static const bytes_verb bytes_verbs[] = {
    { "examine", mgw_imap_examine },
    { "select", mgw_imap_select },
    { "create", mgw_imap_create },
    { "delete", mgw_imap_delete },
    { "subscribe", mgw_imap_subscribe },
    { "unsubscribe", mgw_imap_unsubscribe },
    { "expunge", mgw_imap_uid_expunge },
};

typedef struct verb {
    const char *verb;
    smgw_status (*act)(mgw_imap *imap, char *rest);
} verb;

static const verb verbs[] = {
    { "capability", act_capability },
    { "noop", act_noop },
    { "unselect", act_unselect },
    { "logout", act_logout },
    { "list", act_list },
    { "rename", act_rename },
    { "status", act_status },
    { "search", act_search },
    { "fetch", act_fetch },
    { "body", act_body },
    { "store", act_store },
    { "copy", act_copy },
    { "move", act_move },
    { "append", act_append },
    { "give", act_give },
    { "idle", act_idle },
    { "list-extended", act_list_extended },
    { "fields", act_fields },
    { "compress", act_compress },
    { "enable", act_enable },
    { "open-since", act_open_since },
    { "fetch-since", act_fetch_since },
    { "idle-done", act_idle_done },
};

smgw_status imap_peer_perform(mgw_imap *imap, char *words)
{
    char *word = imap_peer_word(&words, " ");
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(word, verbs[i].verb) == 0)
            return verbs[i].act(imap, words);
    for (size_t i = 0; i < sizeof bytes_verbs / sizeof bytes_verbs[0]; i++)
        if (strcmp(word, bytes_verbs[i].verb) == 0)
            return bytes_verbs[i].act(imap, mgw_bytes_str(words), NULL);
    return SMGW_DONE;
}
