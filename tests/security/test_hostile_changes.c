/* SPDX-License-Identifier: MIT */
/*
 * Changes against servers that lack an extension, refuse, lie, or vanish behind a command. What counts: which commands
 * were sent, that none was sent twice, and that result and trail say what is known.
 */
#include "support/test.h"

#include "security/hostile.h"

#include <stdio.h>
#include <string.h>

#define READY_WITH(words)                                                                                              \
    SCRIPTED_IMAP_LOGIN HEAR(" CAPABILITY") LINE("* CAPABILITY IMAP4rev1 " words) LINE("$TAG OK done")
#define OPENED                                                                                                         \
    LINE("* 3 EXISTS") LINE("* OK [UIDVALIDITY 7] ok") LINE("* OK [UIDNEXT 1000] ok") LINE("$TAG OK [READ-WRITE] "     \
                                                                                           "done")
#define SELECTED          HEAR(" SELECT ") OPENED
#define DONE              LINE("$TAG OK done")
#define COPIED            HEAR(" UID COPY 5,9 ") LINE("$TAG OK [COPYUID 77 5,9 101:102] done")
#define MARKED            HEAR(" UID STORE 5,9 \\+FLAGS.SILENT \\(\\\\Deleted\\)")
#define EXPUNGED          HEAR(" UID EXPUNGE 5,9$")
#define MOVED             HEAR(" UID MOVE 5,9 \"Other\"$")
#define TRASH             HEAR(" LIST ") LINE("* LIST (\\\\Trash) NIL Bin") DONE
#define PARTED(delimiter) HEAR(" LIST \"\" \"INBOX\"") LINE("* LIST () " delimiter " INBOX") DONE

static const uint32_t two[] = { 9, 5 };
static const smgw_messages messages = { "INBOX", 7, two, 2 };

typedef struct change_case change_case;

struct change_case {
    const char *name;
    smgw_status (*call)(hostile *test, smgw_change *change);
    const char *script;
    smgw_status status;
    const char *outcome; /* In the second record; NULL: there is no record at all. */
    bool partial;
    uint32_t uidvalidity;
    uint64_t count;
};

static smgw_status move(hostile *test, smgw_change *change)
{
    return smgw_move_messages(test->gateway, "ada", &messages, "Other", &test->call, change, &test->error);
}

static smgw_status copy(hostile *test, smgw_change *change)
{
    return smgw_copy_messages(test->gateway, "ada", &messages, "Other", &test->call, change, &test->error);
}

static smgw_status trash(hostile *test, smgw_change *change)
{
    return smgw_delete_messages(test->gateway, "ada", &messages, false, &test->call, change, &test->error);
}

static smgw_status erase(hostile *test, smgw_change *change)
{
    return smgw_delete_messages(test->gateway, "ada", &messages, true, &test->call, change, &test->error);
}

static smgw_status flag(hostile *test, smgw_change *change)
{
    (void)change;
    static const char *const keywords[] = { "$Later" };
    const smgw_mark mark = { SMGW_MARK_ADD, SMGW_FLAG_SEEN, keywords, 1 };
    return smgw_mark_messages(test->gateway, "ada", &messages, &mark, &test->call, &test->error);
}

static smgw_status create(hostile *test, smgw_change *change)
{
    (void)change;
    return smgw_create_folder(test->gateway, "ada", "a/b", &test->call, &test->error);
}

static smgw_status create_dotted(hostile *test, smgw_change *change)
{
    (void)change;
    return smgw_create_folder(test->gateway, "ada", "v1.2", &test->call, &test->error);
}

static smgw_status rename_it(hostile *test, smgw_change *change)
{
    (void)change;
    return smgw_rename_folder(test->gateway, "ada", "a.b", "c/d", &test->call, &test->error);
}

static smgw_status delete_it(hostile *test, smgw_change *change)
{
    (void)change;
    return smgw_delete_folder(test->gateway, "ada", "Old", &test->call, &test->error);
}

static smgw_status unsubscribe(hostile *test, smgw_change *change)
{
    (void)change;
    return smgw_subscribe_folder(test->gateway, "ada", "Old", false, &test->call, &test->error);
}

static smgw_status subscribe(hostile *test, smgw_change *change)
{
    (void)change;
    return smgw_subscribe_folder(test->gateway, "ada", "Old", true, &test->call, &test->error);
}

static smgw_status count(hostile *test, smgw_change *change)
{
    (void)change;
    smgw_folder_counts counts = SMGW_FOLDER_COUNTS_INIT;
    return smgw_folder_status(test->gateway, "ada", "Old", &test->call, &counts, &test->error);
}

static const change_case cases[] = {
    { "MOVE where the server has it", move,
        READY_WITH("MOVE UIDPLUS") SELECTED MOVED LINE("* OK [COPYUID 77 5,9 101:102] moved") LINE("* 2 EXPUNGE")
            LINE("* 1 EXPUNGE") DONE "X",
        SMGW_OK, "done", false, 77, 2 },
    { "without MOVE: COPY, STORE and UID EXPUNGE", move,
        READY_WITH("UIDPLUS") SELECTED COPIED MARKED DONE EXPUNGED DONE "X", SMGW_OK, "done", false, 77, 2 },
    { "without MOVE and UIDPLUS: copied, marked and left", move, READY_WITH("") SELECTED COPIED MARKED DONE "X",
        SMGW_OK, "partial", true, 77, 2 },
    { "the server claims more copies than it was given", move,
        READY_WITH("MOVE") SELECTED MOVED LINE("$TAG OK [COPYUID 77 1:900 101:1000] done") "X", SMGW_OK, "done", false,
        0, 0 },
    { "a MOVE that is refused", move, READY_WITH("MOVE") SELECTED MOVED LINE("$TAG NO [TRYCREATE] no such folder") "X",
        SMGW_ERR_NOT_FOUND, "failed", false, 0, 0 },
    { "a MOVE over quota", move, READY_WITH("MOVE") SELECTED MOVED LINE("$TAG NO [OVERQUOTA] full") "X",
        SMGW_ERR_TOO_LARGE, "failed", false, 0, 0 },
    { "a MOVE that is not understood", move, READY_WITH("MOVE") SELECTED MOVED LINE("$TAG BAD what") "X",
        SMGW_ERR_UNSUPPORTED, "failed", false, 0, 0 },
    { "a connection that ends behind MOVE", move, READY_WITH("MOVE") SELECTED MOVED "X", SMGW_ERR_UNKNOWN, "unknown",
        false, 0, 0 },
    { "a connection that is reset behind MOVE", move, READY_WITH("MOVE") SELECTED MOVED "R", SMGW_ERR_UNKNOWN,
        "unknown", false, 0, 0 },
    { "BYE behind MOVE", move, READY_WITH("MOVE") SELECTED MOVED LINE("* BYE bye") "X", SMGW_ERR_UNKNOWN, "unknown",
        false, 0, 0 },
    { "nonsense behind MOVE", move, READY_WITH("MOVE") SELECTED MOVED SAY("* 1 FETCH (UID 0)\\r\\n"), SMGW_ERR_UNKNOWN,
        "unknown", false, 0, 0 },
    { "silence behind MOVE", move, READY_WITH("MOVE") SELECTED MOVED, SMGW_ERR_UNKNOWN, "unknown", false, 0, 0 },
    { "a connection that ends behind COPY", move, READY_WITH("UIDPLUS") SELECTED HEAR(" UID COPY ") "X",
        SMGW_ERR_UNKNOWN, "unknown", false, 0, 0 },
    { "copies that cannot be marked stay copies", move,
        READY_WITH("UIDPLUS") SELECTED COPIED MARKED LINE("$TAG NO [NOPERM] no") "X", SMGW_ERR_PERMANENT, "partial",
        true, 77, 2 },
    { "a connection that ends behind STORE", move, READY_WITH("UIDPLUS") SELECTED COPIED MARKED "X", SMGW_ERR_UNKNOWN,
        "unknown", true, 77, 2 },
    { "an expunge that is refused", move,
        READY_WITH("UIDPLUS") SELECTED COPIED MARKED DONE EXPUNGED LINE("$TAG NO not now") "X", SMGW_ERR_PERMANENT,
        "partial", true, 77, 2 },
    { "O17 a changed UIDVALIDITY", move,
        READY_WITH("MOVE") HEAR(" SELECT ") LINE("* OK [UIDVALIDITY 8] ok") LINE("$TAG OK [READ-WRITE] done") "X",
        SMGW_ERR_STALE, NULL, false, 0, 0 },
    { "O17 no UIDVALIDITY at all", erase,
        READY_WITH("UIDPLUS") HEAR(" SELECT ") LINE("* 3 EXISTS") LINE("$TAG OK [READ-WRITE] done") "X",
        SMGW_ERR_UNSUPPORTED, NULL, false, 0, 0 },
    { "UIDs that were not given out yet", move,
        READY_WITH("UIDPLUS") HEAR(" SELECT ") LINE("* OK [UIDVALIDITY 7] ok") LINE("* OK [UIDNEXT 9] ok")
            LINE("$TAG OK [READ-WRITE] done") "X",
        SMGW_ERR_NOT_FOUND, NULL, false, 0, 0 },
    { "a folder that is for reading only", move,
        READY_WITH("MOVE") HEAR(" SELECT ") LINE("* OK [UIDVALIDITY 7] ok") LINE("$TAG OK [READ-ONLY] done") "X",
        SMGW_ERR_PERMANENT, NULL, false, 0, 0 },
    { "a folder that is gone", move, READY_WITH("MOVE") HEAR(" SELECT ") LINE("$TAG NO gone") "X", SMGW_ERR_NOT_FOUND,
        NULL, false, 0, 0 },
    { "a copy opens its folder for reading only", copy, READY_WITH("") HEAR(" EXAMINE ") OPENED COPIED "X", SMGW_OK,
        "done", false, 77, 2 },
    { "the trash has its role, not its name", trash,
        READY_WITH("MOVE SPECIAL-USE") TRASH SELECTED HEAR(" UID MOVE 5,9 \"Bin\"$") DONE "X", SMGW_OK, "done", false,
        0, 0 },
    { "no folder is the trash", trash,
        READY_WITH("MOVE") HEAR(" LIST ") LINE("* LIST () NIL Trash") LINE("* LIST (\\\\Trash \\\\Noselect) NIL Bin")
            DONE "X",
        SMGW_ERR_NOT_FOUND, NULL, false, 0, 0 },
    { "INBOX is never the trash", trash,
        READY_WITH("MOVE") HEAR(" LIST ") LINE("* LIST (\\\\Trash) NIL inbox") DONE "X", SMGW_ERR_NOT_FOUND, NULL,
        false, 0, 0 },
    { "for good with UIDPLUS", erase, READY_WITH("UIDPLUS") SELECTED MARKED DONE EXPUNGED DONE "X", SMGW_OK, "done",
        false, 0, 0 },
    { "for good without UIDPLUS", erase, READY_WITH("MOVE") SELECTED "X", SMGW_ERR_UNSUPPORTED, NULL, false, 0, 0 },
    { "for good, and the connection ends behind EXPUNGE", erase,
        READY_WITH("UIDPLUS") SELECTED MARKED DONE EXPUNGED "X", SMGW_ERR_UNKNOWN, "unknown", true, 0, 0 },
    { "marks and keywords", flag,
        READY_WITH("") SELECTED HEAR(" UID STORE 5,9 \\+FLAGS.SILENT \\(\\\\Seen \\$Later\\)$") DONE "X", SMGW_OK,
        "done", false, 0, 0 },
    { "marks that the folder does not keep", flag,
        READY_WITH("") HEAR(" SELECT ") LINE("* OK [UIDVALIDITY 7] ok") LINE("* OK [PERMANENTFLAGS (\\\\Deleted)] ok")
            LINE("$TAG OK [READ-WRITE] done") "X",
        SMGW_ERR_UNSUPPORTED, NULL, false, 0, 0 },
    { "a connection that ends behind the marks", flag, READY_WITH("") SELECTED HEAR(" UID STORE ") "E",
        SMGW_ERR_UNKNOWN, "unknown", false, 0, 0 },
    { "levels are parted as the server does", create,
        READY_WITH("") PARTED("\\\".\\\"") HEAR(" CREATE \"a\\.b\"$") DONE "X", SMGW_OK, "done", false, 0, 0 },
    { "a delimiter in a name makes no level", create_dotted, READY_WITH("") PARTED("\\\".\\\"") "X", SMGW_ERR_INVALID,
        NULL, false, 0, 0 },
    { "a dot is a dot where it parts nothing", create_dotted,
        READY_WITH("") PARTED("\\\"/\\\"") HEAR(" CREATE \"v1\\.2\"$") DONE "X", SMGW_OK, "done", false, 0, 0 },
    { "no levels where the server has none", create, READY_WITH("") PARTED("NIL") "X", SMGW_ERR_UNSUPPORTED, NULL,
        false, 0, 0 },
    { "a delimiter that is a wildcard", create, READY_WITH("") PARTED("\\\"*\\\"") "X", SMGW_ERR_INVALID, "failed",
        false, 0, 0 },
    { "a server that lists no INBOX", create, READY_WITH("") HEAR(" LIST ") LINE("* LIST () \\\"/\\\" Other") DONE "X",
        SMGW_ERR_UNSUPPORTED, NULL, false, 0, 0 },
    { "a folder that exists", create,
        READY_WITH("") PARTED("\\\"/\\\"") HEAR(" CREATE ") LINE("$TAG NO [ALREADYEXISTS] \\e[2J") "X", SMGW_ERR_EXISTS,
        "failed", false, 0, 0 },
    { "a connection that ends behind CREATE", create, READY_WITH("") PARTED("\\\"/\\\"") HEAR(" CREATE ") "X",
        SMGW_ERR_UNKNOWN, "unknown", false, 0, 0 },
    { "a new name is translated, an old one is not", rename_it,
        READY_WITH("") PARTED("\\\".\\\"") HEAR(" RENAME \"a\\.b\" \"c\\.d\"$") DONE "X", SMGW_OK, "done", false, 0,
        0 },
    { "a connection that ends behind RENAME", rename_it, READY_WITH("") PARTED("\\\".\\\"") HEAR(" RENAME ") "R",
        SMGW_ERR_UNKNOWN, "unknown", false, 0, 0 },
    { "a folder in use", delete_it, READY_WITH("") HEAR(" DELETE \"Old\"$") LINE("$TAG NO [INUSE] busy") "X",
        SMGW_ERR_TEMPORARY, "failed", false, 0, 0 },
    { "a connection that ends behind DELETE", delete_it, READY_WITH("") HEAR(" DELETE ") "X", SMGW_ERR_UNKNOWN,
        "unknown", false, 0, 0 },
    { "a connection that ends before anything is changed", move, READY_WITH("MOVE") HEAR(" SELECT ") "X",
        SMGW_ERR_NETWORK, NULL, false, 0, 0 },
    { "subscription", subscribe, READY_WITH("") HEAR(" SUBSCRIBE \"Old\"$") DONE "X", SMGW_OK, "done", false, 0, 0 },
    { "its end", unsubscribe, READY_WITH("") HEAR(" UNSUBSCRIBE \"Old\"$") DONE "X", SMGW_OK, "done", false, 0, 0 },
    { "counts that the server keeps to itself", count,
        READY_WITH("") HEAR(" STATUS ") LINE("* STATUS Old (MESSAGES 3)") DONE "X", SMGW_ERR_PROTOCOL, NULL, false, 0,
        0 },
    { "counts of another folder", count,
        READY_WITH("") HEAR(" STATUS ") LINE("* STATUS Older (MESSAGES 3 UNSEEN 1)") DONE "X", SMGW_ERR_PROTOCOL, NULL,
        false, 0, 0 },
    { "counts of nothing", count, READY_WITH("") HEAR(" STATUS ") LINE("$TAG NO what") "X", SMGW_ERR_NOT_FOUND, NULL,
        false, 0, 0 },
};

static void run_case(void **state)
{
    const change_case *row = *state;
    hostile test;
    char record[40];
    smgw_change change = SMGW_CHANGE_INIT;
    hostile_prepare(&test, row->script);
    if (strstr(row->name, "silence") != NULL)
        hostile_expect_silence(&test);
    hostile_start(&test);
    smgw_status status = row->call(&test, &change);
    if (status != row->status)
        fail_msg("%s: %s", smgw_status_text(status), test.error.message);
    assert_int_equal(change.partial, row->partial);
    assert_int_equal(change.uidvalidity, row->uidvalidity);
    assert_int_equal(change.count, row->count);
    bool recorded = row->outcome != NULL;
    snprintf(record, sizeof record, "\"outcome\":\"%s\"", recorded ? row->outcome : "none");
    assert_int_equal(hostile_trail_count(&test, "\"outcome\":\"attempted\""), recorded);
    assert_int_equal(hostile_trail_count(&test, "\"outcome\":"), recorded ? 2 : 0);
    assert_int_equal(hostile_trail_count(&test, record), recorded);
    if (!hostile_stop(&test))
        fail_msg("%s", test.server.problem);
    assert_int_equal(test.server.connections, 1);
    static const char *const commands[] = { " UID EXPUNGE ", " UID MOVE ", " UID COPY ", " UID STORE ", " CREATE ",
        " RENAME ", " DELETE ", " SUBSCRIBE ", " UNSUBSCRIBE " };
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        assert_int_equal(hostile_heard(&test, commands[i]), strstr(row->script, commands[i]) != NULL);
    assert_int_equal(hostile_heard(&test, " CLOSE"), 0);
    assert_null(strstr(test.server.secured.data, " EXPUNGE\r"));
    hostile_end(&test);
}

int main(void)
{
    struct CMUnitTest all[COUNT_OF(cases)];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        all[i] = (struct CMUnitTest){ cases[i].name, run_case, NULL, NULL, (void *)(uintptr_t)&cases[i] };
    return cmocka_run_group_tests_name("hostile changes", all, hostile_group_setup, hostile_group_teardown);
}
