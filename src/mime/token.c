/* SPDX-License-Identifier: MIT */
#include "mime/token.h"

bool mgw_is_token(char c)
{
    return c > ' ' && c < 0x7f && memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

bool mgw_is_token_text(mgw_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!mgw_is_token(text.data[i]))
            return false;
    return text.len > 0;
}

size_t mgw_token_skip_comment(mgw_bytes text, size_t at)
{
    size_t depth = 0;
    for (; at < text.len; at++) {
        char c = text.data[at];
        if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return at + 1;
        else if (c == '\\' && at + 1 < text.len)
            at++;
    }
    return at;
}

size_t mgw_token_skip_cfws(mgw_bytes text, size_t at)
{
    while (at < text.len) {
        char c = text.data[at];
        if (c == '(')
            at = mgw_token_skip_comment(text, at);
        else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            at++;
        else
            break;
    }
    return at;
}
