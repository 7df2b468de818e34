/* SPDX-License-Identifier: MIT */
/* The public changes of messages, each as its steps. */
#include "gateway/message_change.h"

#include "base/error.h"

#include "simplemailgw/mail.h"
#include "simplemailgw/sanitize.h"

enum { KEYWORDS_MAX = 100 };

static const uint32_t all_flags =
    SMGW_FLAG_SEEN | SMGW_FLAG_ANSWERED | SMGW_FLAG_FLAGGED | SMGW_FLAG_DELETED | SMGW_FLAG_DRAFT;

static smgw_status queue_marks(mgw_message_change *change, mgw_bytes set, uint32_t *command)
{
    mgw_imap_flag_change marks = *change->marks;
    marks.uid_set = set;
    return mgw_imap_uid_store(change->call.engine, &marks, command);
}

static smgw_status queue_deleted(mgw_message_change *change, mgw_bytes set, uint32_t *command)
{
    const mgw_imap_flag_change deleted = { .uid_set = set, .mode = MGW_IMAP_FLAGS_ADD, .flags = SMGW_FLAG_DELETED };
    return mgw_imap_uid_store(change->call.engine, &deleted, command);
}

static smgw_status queue_expunge(mgw_message_change *change, mgw_bytes set, uint32_t *command)
{
    return mgw_imap_uid_expunge(change->call.engine, set, command);
}

static smgw_status queue_copy(mgw_message_change *change, mgw_bytes set, uint32_t *command)
{
    return mgw_imap_uid_copy(change->call.engine, set, mgw_bytes_str(change->change.destination), command);
}

static smgw_status queue_move(mgw_message_change *change, mgw_bytes set, uint32_t *command)
{
    return mgw_imap_uid_move(change->call.engine, set, mgw_bytes_str(change->change.destination), command);
}

static const mgw_step step_marks = { "STORE", queue_marks };
static const mgw_step step_deleted = { "STORE", queue_deleted };
static const mgw_step step_expunge = { "EXPUNGE", queue_expunge };
static const mgw_step step_copy = { "COPY", queue_copy };
static const mgw_step step_move = { "MOVE", queue_move };

static void add_step(mgw_message_change *change, mgw_step step)
{
    change->steps[change->step_count++] = step;
}

static bool offers(const mgw_message_change *change, uint64_t capability)
{
    return (mgw_imap_capabilities(change->call.engine) & (capability | MGW_IMAP_CAP_IMAP4REV2)) != 0;
}

/* --- Marks */

static smgw_status check_keywords(const smgw_mark *mark, mgw_bytes keywords[KEYWORDS_MAX], smgw_error *error)
{
    if (mark->keyword_count > KEYWORDS_MAX)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "keywords", SMGW_RULE_COUNT);
    for (size_t i = 0; i < mark->keyword_count; i++) {
        if (mark->keywords == NULL || mark->keywords[i] == NULL)
            return mgw_error_rule(error, SMGW_ERR_INVALID, "keywords", SMGW_RULE_EMPTY);
        smgw_rule rule = smgw_validate_flag_str(mark->keywords[i]);
        if (rule == SMGW_RULE_OK && mark->keywords[i][0] == '\\')
            rule = SMGW_RULE_CHARACTER;
        if (rule != SMGW_RULE_OK)
            return mgw_error_rule(error, SMGW_ERR_INVALID, "keywords", rule);
        keywords[i] = mgw_bytes_str(mark->keywords[i]);
    }
    return SMGW_OK;
}

static smgw_status check_mark(const smgw_mark *mark, smgw_error *error)
{
    if (mark->mode != SMGW_MARK_ADD && mark->mode != SMGW_MARK_REMOVE && mark->mode != SMGW_MARK_REPLACE)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "mode", SMGW_RULE_RANGE);
    if ((mark->flags & ~all_flags) != 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "flags", SMGW_RULE_RANGE);
    if (mark->mode != SMGW_MARK_REPLACE && mark->flags == 0 && mark->keyword_count == 0)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "flags", SMGW_RULE_EMPTY);
    return SMGW_OK;
}

static smgw_status plan_marks(mgw_message_change *change, smgw_error *error)
{
    const mgw_imap_mailbox *mailbox = &change->mailbox;
    bool sets = change->marks->mode != MGW_IMAP_FLAGS_REMOVE;
    if (sets && mailbox->flags_said && (change->marks->flags & ~mailbox->permanent_flags) != 0)
        return mgw_error_set(error, SMGW_ERR_UNSUPPORTED, "flags", "flags: the folder does not keep all of them");
    add_step(change, step_marks);
    return SMGW_OK;
}

smgw_status smgw_mark_messages(smgw_gateway *gateway, const char *account, const smgw_messages *messages,
    const smgw_mark *mark, const smgw_call_options *options, smgw_error *error)
{
    static const struct {
        mgw_imap_flag_mode mode;
        const char *name;
    } modes[] = {
        [SMGW_MARK_ADD] = { MGW_IMAP_FLAGS_ADD, "add" },
        [SMGW_MARK_REMOVE] = { MGW_IMAP_FLAGS_REMOVE, "remove" },
        [SMGW_MARK_REPLACE] = { MGW_IMAP_FLAGS_REPLACE, "replace" },
    };
    mgw_bytes keywords[KEYWORDS_MAX];
    smgw_status status = check_mark(mark, error);
    if (status == SMGW_OK)
        status = check_keywords(mark, keywords, error);
    if (status != SMGW_OK)
        return status;
    const mgw_imap_flag_change marks = {
        .mode = modes[mark->mode].mode, .flags = mark->flags, .keywords = keywords, .keyword_count = mark->keyword_count
    };
    mgw_message_change change = { .messages = messages, .marks = &marks };
    change.change = (mgw_change){ .event = MGW_AUDIT_MESSAGE_FLAGGED, .mode = modes[mark->mode].name };
    return mgw_change_messages(&change, gateway, account, NULL, plan_marks, options, error);
}

/* --- Copies and moves */

void smgw_change_init(smgw_change *change)
{
    *change = (smgw_change)SMGW_CHANGE_INIT;
}

static smgw_status check_result(const smgw_change *result, smgw_error *error)
{
    if (result != NULL && result->struct_size != sizeof *result)
        return mgw_error_rule(error, SMGW_ERR_INVALID, "change.struct_size", SMGW_RULE_RANGE);
    return SMGW_OK;
}

static bool same_folder(const char *a, const char *b)
{
    mgw_bytes left = mgw_bytes_str(a);
    mgw_bytes right = mgw_bytes_str(b);
    return mgw_bytes_equal(left, right) ||
           (mgw_bytes_equal_fold(left, MGW_LIT("INBOX")) && mgw_bytes_equal_fold(right, MGW_LIT("INBOX")));
}

static smgw_status check_destination(const char *destination, smgw_error *error)
{
    smgw_rule rule = smgw_sanitize_folder_name_str(destination);
    return rule == SMGW_RULE_OK ? SMGW_OK : mgw_error_rule(error, SMGW_ERR_INVALID, "destination", rule);
}

static smgw_status plan_copy(mgw_message_change *change, smgw_error *error)
{
    (void)error;
    add_step(change, step_copy);
    return SMGW_OK;
}

/* Without UIDPLUS only a plain EXPUNGE is left, which would also remove what others have marked. */
static smgw_status plan_move(mgw_message_change *change, smgw_error *error)
{
    (void)error;
    if (offers(change, MGW_IMAP_CAP_MOVE)) {
        add_step(change, step_move);
        return SMGW_OK;
    }
    add_step(change, step_copy);
    add_step(change, step_deleted);
    if (offers(change, MGW_IMAP_CAP_UIDPLUS))
        add_step(change, step_expunge);
    else
        change->stays_marked = true;
    return SMGW_OK;
}

static smgw_status change_and_tell(mgw_message_change *change, smgw_gateway *gateway, const char *account,
    mgw_plan_fn prepare, mgw_plan_fn plan, const smgw_call_options *options, smgw_change *result, smgw_error *error)
{
    smgw_status status = check_result(result, error);
    if (status != SMGW_OK)
        return status;
    status = mgw_change_messages(change, gateway, account, prepare, plan, options, error);
    if (result != NULL)
        *result = change->result;
    return status;
}

smgw_status smgw_copy_messages(smgw_gateway *gateway, const char *account, const smgw_messages *messages,
    const char *destination, const smgw_call_options *options, smgw_change *result, smgw_error *error)
{
    smgw_status status = check_destination(destination, error);
    if (status != SMGW_OK)
        return status;
    mgw_message_change change = { .messages = messages, .opens_read_only = true };
    change.change = (mgw_change){ .event = MGW_AUDIT_MESSAGE_COPIED, .destination = destination };
    return change_and_tell(&change, gateway, account, NULL, plan_copy, options, result, error);
}

smgw_status smgw_move_messages(smgw_gateway *gateway, const char *account, const smgw_messages *messages,
    const char *destination, const smgw_call_options *options, smgw_change *result, smgw_error *error)
{
    smgw_status status = check_destination(destination, error);
    if (status != SMGW_OK)
        return status;
    if (messages->folder != NULL && same_folder(messages->folder, destination))
        return mgw_error_set(error, SMGW_ERR_INVALID, "destination", "destination: the messages are there already");
    mgw_message_change change = { .messages = messages };
    change.change = (mgw_change){ .event = MGW_AUDIT_MESSAGE_MOVED, .destination = destination };
    return change_and_tell(&change, gateway, account, NULL, plan_move, options, result, error);
}

/* --- Deletion */

static smgw_status note_trash(void *context, const mgw_imap_event *event, smgw_error *error)
{
    (void)error;
    mgw_message_change *change = context;
    const mgw_imap_list_item *item = &event->list;
    if (event->type != MGW_IMAP_LIST || change->trash[0] != '\0' || item->role != MGW_IMAP_ROLE_TRASH)
        return SMGW_OK;
    if (!item->name_valid || (item->attributes & (MGW_IMAP_NOSELECT | MGW_IMAP_NONEXISTENT)) != 0)
        return SMGW_OK;
    memcpy(change->trash, item->name.data, item->name.len);
    change->trash[item->name.len] = '\0';
    return SMGW_OK;
}

static smgw_status find_trash(mgw_message_change *change, smgw_error *error)
{
    uint32_t command = 0;
    smgw_status status = mgw_imap_list_extended(change->call.engine, MGW_LIT(""), MGW_LIT("*"), 0, &command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = mgw_imap_session_run(change->call.session, "LIST", command, &change->call.wait, note_trash, change, error);
    if (status != SMGW_OK)
        return status;
    if (change->trash[0] == '\0')
        return mgw_error_set(error, SMGW_ERR_NOT_FOUND, "trash", "trash: the server names no folder with this role");
    if (same_folder(change->messages->folder, change->trash))
        return mgw_error_set(error, SMGW_ERR_INVALID, "folder", "folder: it is the trash; delete for good instead");
    change->change.destination = change->trash;
    return SMGW_OK;
}

static smgw_status plan_removal(mgw_message_change *change, smgw_error *error)
{
    if (!offers(change, MGW_IMAP_CAP_UIDPLUS))
        return mgw_error_set(
            error, SMGW_ERR_UNSUPPORTED, NULL, "the server cannot remove only these messages: it has no UIDPLUS");
    add_step(change, step_deleted);
    add_step(change, step_expunge);
    return SMGW_OK;
}

smgw_status smgw_delete_messages(smgw_gateway *gateway, const char *account, const smgw_messages *messages,
    bool for_good, const smgw_call_options *options, smgw_change *result, smgw_error *error)
{
    mgw_message_change change = { .messages = messages };
    change.change = (mgw_change){ .event = MGW_AUDIT_MESSAGE_DELETED, .mode = for_good ? "for_good" : "to_trash" };
    return change_and_tell(&change, gateway, account, for_good ? NULL : find_trash, for_good ? plan_removal : plan_move,
        options, result, error);
}
