/* SPDX-License-Identifier: MIT */
#include "imap/parse.h"

static bool is_code_byte(char c)
{
    return c > ' ' && c <= '~' && c != ']';
}

mgw_imap_resp_text mgw_imap_parse_resp_text(mgw_bytes rest)
{
    mgw_imap_resp_text out = { MGW_LIT(""), MGW_LIT(""), rest };
    if (rest.len == 0 || rest.data[0] != '[')
        return out;
    size_t end = 1;
    while (end < rest.len && is_code_byte(rest.data[end]))
        end++;
    size_t close = mgw_bytes_find(rest, ']');
    if (close == rest.len || (rest.data[end] != ' ' && end != close))
        return out;
    out.code = mgw_bytes_slice(rest, 1, end - 1);
    if (close > end)
        out.arguments = mgw_bytes_slice(rest, end + 1, close - end - 1);
    out.text = mgw_bytes_slice(rest, close + 1, SIZE_MAX);
    if (out.text.len > 0 && out.text.data[0] == ' ')
        out.text = mgw_bytes_slice(out.text, 1, SIZE_MAX);
    return out;
}

smgw_status mgw_imap_status_of_no(mgw_bytes code)
{
    /* RFC 5530, RFC 9208, RFC 4469. NOPERM and what else is not here is for good. */
    static const struct {
        const char *code;
        smgw_status status;
    } table[] = {
        { "ALREADYEXISTS", SMGW_ERR_EXISTS },
        { "OVERQUOTA", SMGW_ERR_TOO_LARGE },
        { "TOOBIG", SMGW_ERR_TOO_LARGE },
        { "NONEXISTENT", SMGW_ERR_NOT_FOUND },
        { "TRYCREATE", SMGW_ERR_NOT_FOUND },
        { "UNAVAILABLE", SMGW_ERR_TEMPORARY },
        { "INUSE", SMGW_ERR_TEMPORARY },
        { "LIMIT", SMGW_ERR_TEMPORARY },
        { "SERVERBUG", SMGW_ERR_TEMPORARY },
        { "EXPUNGEISSUED", SMGW_ERR_TEMPORARY },
        { "AUTHENTICATIONFAILED", SMGW_ERR_AUTH },
        { "AUTHORIZATIONFAILED", SMGW_ERR_AUTH },
        { "EXPIRED", SMGW_ERR_AUTH },
        { "BADCHARSET", SMGW_ERR_UNSUPPORTED },
        { "CANNOT", SMGW_ERR_UNSUPPORTED },
        { "USEATTR", SMGW_ERR_UNSUPPORTED },
        { "UNKNOWN-CTE", SMGW_ERR_UNSUPPORTED },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (mgw_bytes_equal_fold(code, mgw_bytes_str(table[i].code)))
            return table[i].status;
    return SMGW_ERR_PERMANENT;
}
