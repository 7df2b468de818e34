/* SPDX-License-Identifier: MIT */
#include "net/login_proof.h"

void mgw_login_proof_init(mgw_login_proof *proof, bool is_smtp)
{
    *proof = (mgw_login_proof){ .is_smtp = is_smtp };
}

void mgw_login_proof_restart(mgw_login_proof *proof)
{
    mgw_login_proof_init(proof, proof->is_smtp);
}

static void smtp_line(mgw_login_proof *proof, mgw_bytes line)
{
    uint64_t code = 0;
    bool complete = line.len >= 4 && (line.data[3] == ' ' || line.data[3] == '\r' || line.data[3] == '\n');
    if (!complete || !mgw_bytes_to_u64(mgw_bytes_slice(line, 0, 3), 999, &code))
        return;
    proof->last_code = (int)code;
    if (code == 235)
        proof->accepted++;
}

static bool is_for_now(mgw_bytes answer)
{
    static const mgw_bytes codes[] = { MGW_LIT_INIT(" NO [UNAVAILABLE]"), MGW_LIT_INIT(" NO [INUSE]"),
        MGW_LIT_INIT(" NO [LIMIT]") };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (mgw_bytes_starts_with_fold(answer, codes[i]))
            return true;
    return false;
}

static void imap_line(mgw_login_proof *proof, mgw_bytes line)
{
    if (mgw_bytes_starts_with_fold(line, MGW_LIT("* PREAUTH")))
        proof->preauth = true;
    if (mgw_bytes_starts_with_fold(line, MGW_LIT("* BYE")))
        proof->bye = true;
    mgw_bytes tag = mgw_bytes_slice(line, 0, mgw_bytes_find(line, ' '));
    mgw_bytes rest = mgw_bytes_slice(line, tag.len, line.len);
    bool is_tag = tag.len > 0 && tag.len < sizeof proof->last_tag && tag.data[0] != '*' && tag.data[0] != '+';
    if (is_tag)
        proof->put_off = is_for_now(rest);
    if (!is_tag || !mgw_bytes_starts_with_fold(rest, MGW_LIT(" OK ")))
        return;
    if (mgw_bytes_equal(tag, mgw_bytes_str(proof->last_tag)))
        return;
    memcpy(proof->last_tag, tag.data, tag.len);
    proof->last_tag[tag.len] = '\0';
    proof->accepted++;
}

void mgw_login_proof_line(mgw_login_proof *proof, mgw_bytes line)
{
    if (proof->is_smtp)
        smtp_line(proof, line);
    else
        imap_line(proof, line);
}

bool mgw_login_proof_holds(const mgw_login_proof *proof)
{
    if (proof->is_smtp)
        return proof->accepted == 1 && proof->last_code == 235;
    return !proof->preauth && proof->accepted == 2;
}

bool mgw_login_proof_put_off(const mgw_login_proof *proof)
{
    return proof->is_smtp ? proof->last_code >= 400 && proof->last_code < 500 : proof->put_off;
}
