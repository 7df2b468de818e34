/* SPDX-License-Identifier: MIT */
#include "gateway/upload.h"

#include "base/alloc.h"
#include "base/error.h"

enum { PIECE_SIZE = 32768 };

typedef struct uploading {
    mgw_imap_call *call;
    const mgw_upload *upload;
    smgw_stored *stored;
    uint32_t command;
    bool done;
    smgw_status refused; /* By the server, behind `done`. */
    char *piece;         /* Of PIECE_SIZE; piece[start..end) was read and not given yet. */
    size_t start;
    size_t end;
} uploading;

/* The octets that the engine takes now. */
static smgw_status give_octets(uploading *self, smgw_error *error)
{
    mgw_imap *engine = self->call->engine;
    uint64_t left;
    while ((left = mgw_imap_append_left(engine)) > 0) {
        if (self->start == self->end) {
            size_t most = left < PIECE_SIZE ? (size_t)left : PIECE_SIZE;
            self->start = self->end = 0;
            smgw_status status = self->upload->read(self->upload->context, self->piece, most, &self->end, error);
            if (status != SMGW_OK)
                return status;
        }
        size_t taken = 0;
        mgw_bytes rest = mgw_bytes_of(self->piece + self->start, self->end - self->start);
        smgw_status status = mgw_imap_append_data(engine, rest, &taken);
        if (status != SMGW_OK)
            return mgw_error_status(error, status);
        if (taken == 0)
            break;
        self->start += taken;
        self->call->wait.done += taken;
    }
    return SMGW_OK;
}

static void note_place(smgw_stored *stored, const mgw_imap_copied *copied)
{
    mgw_imap_uid_cursor cursor = mgw_imap_uid_cursor_of(copied->to);
    uint32_t uid = 0;
    if (copied->uidvalidity == 0 || copied->count != 1 || !mgw_imap_uid_cursor_next(&cursor, &uid))
        return;
    stored->uidvalidity = copied->uidvalidity;
    stored->uid = uid;
}

static void note_answer(uploading *self, const mgw_imap_event *event, smgw_error *error)
{
    if (event->type != MGW_IMAP_DONE || event->command != self->command)
        return;
    self->done = true;
    self->refused = event->done.status;
    if (self->refused != SMGW_OK)
        mgw_imap_refusal("APPEND", &event->done, error);
    else
        note_place(self->stored, &event->done.copied);
}

static smgw_status converse(uploading *self, smgw_error *error)
{
    mgw_imap_event event;
    while (!self->done) {
        bool given = false;
        smgw_status status = give_octets(self, error);
        if (status == SMGW_OK)
            status = mgw_imap_session_step(self->call->session, &self->call->wait, &event, &given, error);
        if (status != SMGW_OK)
            return status;
        if (given)
            note_answer(self, &event, error);
    }
    return self->refused;
}

static smgw_status transmit(uploading *self, smgw_error *error)
{
    const mgw_imap_upload append = {
        .folder = mgw_bytes_str(self->upload->folder),
        .flags = self->upload->flags,
        .internal_date = self->upload->internal_date,
        .size = self->upload->size,
    };
    self->call->wait.done = 0;
    self->call->wait.total = self->upload->size;
    smgw_status status = mgw_imap_append(self->call->engine, &append, &self->command);
    if (status == SMGW_ERR_TOO_LARGE)
        return mgw_error_set(error, status, "size", "size: the message is larger than the server takes");
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    status = converse(self, error);
    self->stored->outcome = mgw_imap_append_outcome(self->call->engine, self->command);
    if (self->stored->outcome == SMGW_UNKNOWN)
        status =
            mgw_error_set(error, SMGW_ERR_UNKNOWN, NULL, "the message left whole but the server never confirmed it");
    return status;
}

static smgw_status audit(const uploading *self, const char *outcome, smgw_status reason, smgw_error *error)
{
    mgw_audit_record record;
    mgw_audit_begin(&record, self->call->gateway->audit, MGW_AUDIT_MESSAGE_APPENDED,
        mgw_bytes_str(self->call->account->config->name));
    mgw_audit_str(&record, "outcome", mgw_bytes_str(outcome));
    mgw_audit_str(&record, "folder", mgw_bytes_str(self->upload->folder));
    mgw_audit_u64(&record, "size", self->upload->size);
    if (reason != SMGW_OK)
        mgw_audit_str(&record, "reason", mgw_bytes_str(smgw_status_text(reason)));
    if (self->stored->uid != 0) {
        mgw_audit_u64(&record, "uidvalidity", self->stored->uidvalidity);
        mgw_audit_u64(&record, "uid", self->stored->uid);
    }
    return mgw_audit_commit(&record, error);
}

static const char *outcome_text(smgw_outcome outcome)
{
    static const char *const texts[] = {
        [SMGW_NOT_SENT] = "failed",
        [SMGW_SENT] = "done",
        [SMGW_UNKNOWN] = "unknown",
    };
    return texts[outcome];
}

smgw_status mgw_upload_run(mgw_imap_call *call, const mgw_upload *upload, smgw_stored *stored, smgw_error *error)
{
    uploading self = { .call = call, .upload = upload, .stored = stored };
    self.piece = mgw_calloc(1, PIECE_SIZE);
    if (self.piece == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    smgw_status status = audit(&self, "attempted", SMGW_OK, error);
    if (status == SMGW_OK) {
        status = transmit(&self, error);
        /* What happened has happened: a record that cannot be written changes nothing about the outcome. */
        (void)audit(&self, outcome_text(stored->outcome), status, NULL);
    }
    if (status != SMGW_OK && error != NULL)
        error->outcome = stored->outcome;
    mgw_free(self.piece);
    return status;
}
