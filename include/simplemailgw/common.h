/* SPDX-License-Identifier: MIT */
/**
 * @file common.h
 * What every other header builds on: version, status codes, input rules, error detail, streams and call options.
 */
#ifndef SIMPLEMAILGW_COMMON_H
#define SIMPLEMAILGW_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(SMGW_BUILDING) || defined(__GNUC__)
#define SMGW_API __attribute__((visibility("default")))
#else
#define SMGW_API
#endif

#if defined(__GNUC__)
#define SMGW_CHECK __attribute__((warn_unused_result))
#define SMGW_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#else
#define SMGW_CHECK
#define SMGW_NONNULL(...)
#endif

#define SMGW_VERSION_MAJOR 0
#define SMGW_VERSION_MINOR 1
#define SMGW_VERSION_PATCH 0
#define SMGW_VERSION "0.1.0"

/** The version of the library that is linked, as opposed to SMGW_VERSION, the one compiled against. Never fails. */
SMGW_API const char *smgw_version(void);

/**
 * Status codes: 0 is success, SMGW_DONE ends an iteration, and a negative code tells the caller what to do.
 * X(name, value, text)
 */
#define SMGW_STATUS_MAP(X)                                                                      \
    X(SMGW_OK, 0, "success")                                                                    \
    X(SMGW_DONE, 1, "no more items")                                                            \
    X(SMGW_ERR_INVALID, -1, "an input is not acceptable; correct it")                           \
    X(SMGW_ERR_CONFIG, -2, "the configuration is not acceptable; correct it")                   \
    X(SMGW_ERR_REFUSED, -3, "the policy of the gateway refuses this")                           \
    X(SMGW_ERR_RATE_LIMITED, -4, "the rate limit is reached; wait")                             \
    X(SMGW_ERR_AUTH, -5, "the server refuses the credentials; log in again")                    \
    X(SMGW_ERR_TLS, -6, "no trustworthy TLS connection")                                        \
    X(SMGW_ERR_NETWORK, -7, "the connection failed; a later try may succeed")                   \
    X(SMGW_ERR_TIMEOUT, -8, "the deadline passed; a later try may succeed")                     \
    X(SMGW_ERR_CANCELLED, -9, "the caller cancelled")                                           \
    X(SMGW_ERR_PROTOCOL, -10, "the server broke the protocol")                                  \
    X(SMGW_ERR_TEMPORARY, -11, "the server refuses for now; a later try may succeed")           \
    X(SMGW_ERR_PERMANENT, -12, "the server refuses for good")                                   \
    X(SMGW_ERR_UNKNOWN, -13, "the outcome is unknown; ask before trying again")                 \
    X(SMGW_ERR_NOT_FOUND, -14, "there is no such item")                                         \
    X(SMGW_ERR_STALE, -15, "the reference is stale: UIDVALIDITY has changed")                   \
    X(SMGW_ERR_TOO_LARGE, -16, "a size or count limit is exceeded")                             \
    X(SMGW_ERR_UNSUPPORTED, -17, "the server cannot do this")                                   \
    X(SMGW_ERR_EXISTS, -18, "the item exists already")                                          \
    X(SMGW_ERR_IO, -19, "a local file operation failed")                                        \
    X(SMGW_ERR_AUDIT, -20, "the audit record could not be written")                             \
    X(SMGW_ERR_NO_MEMORY, -21, "out of memory")

typedef enum smgw_status {
#define SMGW_X(name, value, text) name = (value),
    SMGW_STATUS_MAP(SMGW_X)
#undef SMGW_X
} smgw_status;

/** The text of a status code in SMGW_STATUS_MAP, or "unknown status". Static storage. */
SMGW_API const char *smgw_status_text(smgw_status status);

/**
 * The rule that an input broke. SMGW_RULE_OK is 0: the input is acceptable.
 * X(name, text)
 */
#define SMGW_RULE_MAP(X)                                                                        \
    X(SMGW_RULE_OK, "acceptable")                                                               \
    X(SMGW_RULE_EMPTY, "must not be empty")                                                     \
    X(SMGW_RULE_TOO_LONG, "is too long")                                                        \
    X(SMGW_RULE_NUL, "must not contain a NUL byte")                                             \
    X(SMGW_RULE_LINE_BREAK, "must not contain a line break")                                    \
    X(SMGW_RULE_CONTROL, "must not contain a control character")                                \
    X(SMGW_RULE_UTF8, "must be valid UTF-8")                                                    \
    X(SMGW_RULE_NON_ASCII, "must be ASCII")                                                     \
    X(SMGW_RULE_SPACE, "must not contain white space here")                                     \
    X(SMGW_RULE_CHARACTER, "contains a character that is not allowed")                          \
    X(SMGW_RULE_SYNTAX, "does not match the grammar")                                           \
    X(SMGW_RULE_DOMAIN, "has a domain that is not a plain host name")                           \
    X(SMGW_RULE_RESERVED, "is a reserved name")                                                 \
    X(SMGW_RULE_TRAVERSAL, "must not contain '..' or leave its place")                          \
    X(SMGW_RULE_LEVEL, "has an empty level")                                                    \
    X(SMGW_RULE_DEPTH, "has too many levels")                                                   \
    X(SMGW_RULE_RANGE, "is out of range")                                                       \
    X(SMGW_RULE_COUNT, "has too many items")                                                    \
    X(SMGW_RULE_UNKNOWN_KEY, "has a key that is not known")                                     \
    X(SMGW_RULE_OUTPUT, "does not fit the output buffer")

typedef enum smgw_rule {
#define SMGW_X(name, text) name,
    SMGW_RULE_MAP(SMGW_X)
#undef SMGW_X
} smgw_rule;

/** The text of a rule in SMGW_RULE_MAP, or "unknown rule". Static storage. */
SMGW_API const char *smgw_rule_text(smgw_rule rule);

/** What became of a message that was to be sent. */
typedef enum smgw_outcome {
    SMGW_NOT_SENT = 0, /**< It did not go out; sending it again cannot make a second copy. */
    SMGW_SENT,         /**< The server took responsibility for it. */
    SMGW_UNKNOWN       /**< Its last byte left, no reply came: it may or may not be delivered. */
} smgw_outcome;

/**
 * Detail of a failure. Caller-owned, nothing to free; every call that takes one accepts NULL. It is written only when the
 * call fails; it never holds a secret or the content of a message.
 */
typedef struct smgw_error {
    smgw_status status;      /**< What the call returned. */
    smgw_rule rule;          /**< For SMGW_ERR_INVALID and SMGW_ERR_CONFIG: the rule that was broken, if one was. */
    smgw_outcome outcome;    /**< For a send: what is known about the message. */
    bool retryable;          /**< The same call may succeed later without any change. */
    int server_code;         /**< The SMTP reply code (RFC 5321 section 4.2), or 0. */
    uint64_t retry_after_ms; /**< For what a rate limiter refuses: milliseconds until it need not any more, else 0. */
    char enhanced_code[16];  /**< The enhanced status code (RFC 3463) such as "5.7.1", or "". */
    char field[48];          /**< The input that was refused, such as "subject", or "". */
    char message[256];       /**< One line of printable text, UTF-8, NUL-terminated. */
} smgw_error;

#define SMGW_ERROR_INIT { SMGW_OK, SMGW_RULE_OK, SMGW_NOT_SENT, false, 0, 0, "", "", "" }

/**
 * Gives the next bytes of a stream.
 * @return the number of bytes stored in `buffer`, at most `size`; 0 at the end; -1 when the stream failed.
 */
typedef ptrdiff_t (*smgw_read_fn)(void *context, void *buffer, size_t size);

/**
 * Takes the next bytes of a stream, all of them.
 * @return true to go on; false to end the operation, which then returns SMGW_ERR_CANCELLED.
 */
typedef bool (*smgw_write_fn)(void *context, const void *data, size_t len);

/**
 * Follows an operation and may cancel it. Called on the calling thread when bytes have moved, and at least four times a
 * second while the operation waits.
 * @param done  octets moved so far
 * @param total octets to move, or 0 where that is not known
 * @return true to go on; false to cancel: the operation ends with SMGW_ERR_CANCELLED, and its connection is closed unless
 *         all that was asked of the server had been answered.
 */
typedef bool (*smgw_progress_fn)(void *context, uint64_t done, uint64_t total);

/** Options of one call; NULL means the defaults of SMGW_CALL_OPTIONS_INIT. */
typedef struct smgw_call_options {
    size_t struct_size;
    /** The whole call must end within this many milliseconds; 1 to 86,400,000. */
    uint32_t timeout_ms;
    /** Without any byte from or to the server for this long, the call ends; milliseconds, 1 to 3,600,000. */
    uint32_t idle_timeout_ms;
    /** How long to wait for a rate limit token before SMGW_ERR_RATE_LIMITED; milliseconds, 0 for not at all. */
    uint32_t rate_wait_ms;
    smgw_progress_fn progress; /**< May be NULL. */
    void *progress_context;
} smgw_call_options;

#define SMGW_CALL_OPTIONS_INIT { sizeof(smgw_call_options), 600000, 60000, 0, NULL, NULL }

/** Writes SMGW_CALL_OPTIONS_INIT; for callers that cannot use the macro. */
SMGW_API void smgw_call_options_init(smgw_call_options *options) SMGW_NONNULL(1);

#ifdef __cplusplus
}
#endif

#endif
