/* SPDX-License-Identifier: MIT */
#include "smtp/capability.h"

typedef struct flag_keyword {
    mgw_bytes keyword;
    size_t offset;
} flag_keyword;

#define FLAG(literal, member)                                                                                          \
    {                                                                                                                  \
        { literal, sizeof(literal) - 1 }, offsetof(mgw_smtp_capabilities, member)                                      \
    }

static const flag_keyword flags[] = {
    FLAG("PIPELINING", pipelining),
    FLAG("8BITMIME", eight_bit_mime),
    FLAG("SMTPUTF8", smtputf8),
    FLAG("CHUNKING", chunking),
    FLAG("ENHANCEDSTATUSCODES", enhanced_codes),
    FLAG("DSN", dsn),
    FLAG("STARTTLS", starttls),
};

typedef struct auth_mechanism {
    mgw_bytes name;
    mgw_smtp_auth bit;
} auth_mechanism;

#define MECHANISM(literal, bit)                                                                                        \
    {                                                                                                                  \
        { literal, sizeof(literal) - 1 }, bit                                                                          \
    }

static const auth_mechanism mechanisms[] = {
    MECHANISM("PLAIN", MGW_SMTP_AUTH_PLAIN),
    MECHANISM("LOGIN", MGW_SMTP_AUTH_LOGIN),
    MECHANISM("XOAUTH2", MGW_SMTP_AUTH_XOAUTH2),
    MECHANISM("OAUTHBEARER", MGW_SMTP_AUTH_OAUTHBEARER),
    MECHANISM("CRAM-MD5", MGW_SMTP_AUTH_CRAM_MD5),
    MECHANISM("SCRAM-SHA-1", MGW_SMTP_AUTH_SCRAM_SHA_1),
    MECHANISM("SCRAM-SHA-256", MGW_SMTP_AUTH_SCRAM_SHA_256),
};

/* The first word; *text becomes what follows it. */
static mgw_bytes next_word(mgw_bytes *text)
{
    mgw_bytes all = mgw_bytes_trim(*text);
    mgw_bytes word = mgw_bytes_slice(all, 0, mgw_bytes_find(all, ' '));
    *text = mgw_bytes_slice(all, word.len, SIZE_MAX);
    return word;
}

static unsigned int read_mechanisms(mgw_bytes list)
{
    unsigned int bits = 0;
    for (mgw_bytes name = next_word(&list); name.len > 0; name = next_word(&list)) {
        for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
            if (mgw_bytes_equal_fold(name, mechanisms[i].name))
                bits |= (unsigned int)mechanisms[i].bit;
        }
    }
    return bits;
}

/* Of several limits the lowest counts; without a parameter, and with 0, the server names none. */
static void read_size(mgw_smtp_capabilities *capabilities, mgw_bytes parameter)
{
    uint64_t limit = 0;
    parameter = mgw_bytes_trim(parameter);
    if (parameter.len > 0 && !mgw_bytes_to_u64(parameter, UINT64_MAX, &limit))
        return;
    capabilities->size = true;
    if (limit > 0 && (capabilities->size_limit == 0 || limit < capabilities->size_limit))
        capabilities->size_limit = limit;
}

static void read_keyword(mgw_smtp_capabilities *capabilities, mgw_bytes line)
{
    mgw_bytes keyword = next_word(&line);
    if (mgw_bytes_equal_fold(keyword, MGW_LIT("SIZE")))
        read_size(capabilities, line);
    if (mgw_bytes_equal_fold(keyword, MGW_LIT("AUTH")))
        capabilities->auth |= read_mechanisms(line);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (mgw_bytes_equal_fold(keyword, flags[i].keyword))
            *(bool *)((char *)capabilities + flags[i].offset) = true;
    }
}

void mgw_smtp_capabilities_read(mgw_smtp_capabilities *capabilities, const mgw_smtp_reply *reply)
{
    size_t position = 0;
    mgw_bytes line;
    *capabilities = (mgw_smtp_capabilities){ .size = false };
    /* The first line greets; the keywords follow. */
    if (!mgw_smtp_reply_line(reply, &position, &line))
        return;
    while (mgw_smtp_reply_line(reply, &position, &line))
        read_keyword(capabilities, line);
}
