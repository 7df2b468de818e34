/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

int mgw_hex_value(unsigned char c)
{
    if (mgw_is_digit(c))
        return c - '0';
    unsigned char lower = mgw_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool mgw_bytes_starts_with_fold(mgw_bytes bytes, mgw_bytes prefix)
{
    if (bytes.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        if (mgw_lower((unsigned char)bytes.data[i]) != mgw_lower((unsigned char)prefix.data[i]))
            return false;
    return true;
}

bool mgw_bytes_equal_fold(mgw_bytes a, mgw_bytes b)
{
    return a.len == b.len && mgw_bytes_starts_with_fold(a, b);
}

size_t mgw_bytes_find(mgw_bytes bytes, char c)
{
    if (bytes.len == 0)
        return 0;
    const char *hit = memchr(bytes.data, c, bytes.len);
    return hit != NULL ? (size_t)(hit - bytes.data) : bytes.len;
}

mgw_bytes mgw_bytes_trim(mgw_bytes bytes)
{
    size_t start = 0;
    size_t end = bytes.len;
    while (start < end && mgw_is_wsp((unsigned char)bytes.data[start]))
        start++;
    while (end > start && mgw_is_wsp((unsigned char)bytes.data[end - 1]))
        end--;
    return mgw_bytes_slice(bytes, start, end - start);
}

bool mgw_bytes_to_u64(mgw_bytes bytes, uint64_t max, uint64_t *value)
{
    if (bytes.len == 0 || bytes.len > 20)
        return false;
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        if (!mgw_is_digit(c) || number > UINT64_MAX / 10)
            return false;
        uint64_t digit = (uint64_t)(c - '0');
        if (number * 10 > UINT64_MAX - digit)
            return false;
        number = number * 10 + digit;
    }
    if (number > max)
        return false;
    *value = number;
    return true;
}

void mgw_hex(const unsigned char *data, size_t count, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * count] = '\0';
}
