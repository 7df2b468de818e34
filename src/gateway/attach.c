/* SPDX-License-Identifier: MIT */
#include "gateway/attach.h"

#include "base/alloc.h"
#include "base/error.h"
#include "mime/message.h"

#include <errno.h>
#include <unistd.h>

static ptrdiff_t read_file(void *context, void *buffer, size_t size)
{
    const mgw_ws_source *file = context;
    ssize_t len;
    do
        len = read(file->fd, buffer, size);
    while (len < 0 && errno == EINTR);
    return len;
}

static size_t count_files(const smgw_message *message)
{
    size_t count = 0;
    for (size_t i = 0; i < message->attachment_count; i++)
        count += message->attachments[i].kind == MGW_ATTACHMENT_FILE;
    return count;
}

static smgw_status open_one(mgw_attached_files *attached, size_t index, smgw_gateway *gateway,
    const mgw_attachment *attachment, smgw_error *error)
{
    mgw_ws_source *file = &attached->files[index];
    smgw_status status = mgw_ws_open_read(
        gateway->workspace, mgw_bytes_str(attachment->path), gateway->config->max_message_size, file, error);
    if (status != SMGW_OK) {
        file->fd = -1;
        return status;
    }
    attached->sources[index] = (mgw_source){ read_file, file, file->size };
    return SMGW_OK;
}

static smgw_status open_all(
    mgw_attached_files *attached, smgw_gateway *gateway, const smgw_message *message, smgw_error *error)
{
    if (gateway->workspace == NULL)
        return mgw_error_set(error, SMGW_ERR_INVALID, "attachment", "attachment: the gateway has no workspace");
    attached->sources = mgw_calloc(message->attachment_count, sizeof *attached->sources);
    attached->files = mgw_calloc(message->attachment_count, sizeof *attached->files);
    if (attached->sources == NULL || attached->files == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    attached->count = message->attachment_count;
    for (size_t i = 0; i < attached->count; i++)
        attached->files[i].fd = -1;
    smgw_status status = SMGW_OK;
    for (size_t i = 0; i < attached->count && status == SMGW_OK; i++)
        if (message->attachments[i].kind == MGW_ATTACHMENT_FILE)
            status = open_one(attached, i, gateway, &message->attachments[i], error);
    return status;
}

smgw_status mgw_attached_files_open(
    mgw_attached_files *attached, smgw_gateway *gateway, const smgw_message *message, smgw_error *error)
{
    *attached = (mgw_attached_files){ NULL, NULL, 0 };
    if (count_files(message) == 0)
        return SMGW_OK;
    smgw_status status = open_all(attached, gateway, message, error);
    if (status != SMGW_OK)
        mgw_attached_files_close(attached);
    return status;
}

void mgw_attached_files_close(mgw_attached_files *attached)
{
    for (size_t i = 0; i < attached->count; i++)
        if (attached->files[i].fd >= 0)
            close(attached->files[i].fd);
    mgw_free(attached->sources);
    mgw_free(attached->files);
    *attached = (mgw_attached_files){ NULL, NULL, 0 };
}
