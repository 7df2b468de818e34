/* SPDX-License-Identifier: MIT */
#include "imap/parse.h"

typedef struct word_bit {
    const char *word;
    uint32_t bit;
} word_bit;

static uint32_t find_bit(const word_bit *table, size_t count, mgw_bytes word)
{
    for (size_t i = 0; i < count; i++)
        if (mgw_bytes_equal_fold(word, mgw_bytes_str(table[i].word)))
            return table[i].bit;
    return 0;
}

/* "APPENDLIMIT=n" (RFC 7889). */
static bool is_append_limit(mgw_bytes word, uint64_t *limit)
{
    const mgw_bytes name = MGW_LIT("APPENDLIMIT=");
    return mgw_bytes_starts_with_fold(word, name) &&
           mgw_bytes_to_u64(mgw_bytes_slice(word, name.len, SIZE_MAX), UINT64_MAX, limit);
}

uint64_t mgw_imap_parse_capabilities(mgw_bytes words, uint64_t *append_limit)
{
    static const word_bit table[] = {
        { "IMAP4rev1", MGW_IMAP_CAP_IMAP4REV1 },
        { "IMAP4rev2", MGW_IMAP_CAP_IMAP4REV2 },
        { "LITERAL+", MGW_IMAP_CAP_LITERAL_PLUS },
        { "LITERAL-", MGW_IMAP_CAP_LITERAL_MINUS },
        { "ESEARCH", MGW_IMAP_CAP_ESEARCH },
        { "UIDPLUS", MGW_IMAP_CAP_UIDPLUS },
        { "SPECIAL-USE", MGW_IMAP_CAP_SPECIAL_USE },
        { "LIST-EXTENDED", MGW_IMAP_CAP_LIST_EXTENDED },
        { "UNSELECT", MGW_IMAP_CAP_UNSELECT },
        { "IDLE", MGW_IMAP_CAP_IDLE },
        { "MOVE", MGW_IMAP_CAP_MOVE },
        { "CONDSTORE", MGW_IMAP_CAP_CONDSTORE },
        { "NAMESPACE", MGW_IMAP_CAP_NAMESPACE },
        { "UTF8=ACCEPT", MGW_IMAP_CAP_UTF8_ACCEPT },
        { "STATUS=SIZE", MGW_IMAP_CAP_STATUS_SIZE },
        { "APPENDLIMIT", MGW_IMAP_CAP_APPENDLIMIT },
        { "ENABLE", MGW_IMAP_CAP_ENABLE },
        { "QRESYNC", MGW_IMAP_CAP_QRESYNC },
        { "X-GM-EXT-1", MGW_IMAP_CAP_GMAIL },
        { "LIST-STATUS", MGW_IMAP_CAP_LIST_STATUS },
        { "COMPRESS=DEFLATE", MGW_IMAP_CAP_COMPRESS_DEFLATE },
    };
    uint64_t bits = 0;
    *append_limit = 0;
    while (words.len > 0) {
        size_t end = mgw_bytes_find(words, ' ');
        mgw_bytes word = mgw_bytes_slice(words, 0, end);
        bits |= find_bit(table, sizeof table / sizeof table[0], word);
        if (is_append_limit(word, append_limit))
            bits |= MGW_IMAP_CAP_APPENDLIMIT;
        words = mgw_bytes_slice(words, end + 1, SIZE_MAX);
    }
    return bits;
}
