/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "gateway/imap_call.h"

enum { MAX_FOLDERS = 100000, MAX_BYTES = 64 * 1024 * 1024, FIRST_ROOM = 64 };

/* The list's memory: the strings in an arena, the items in one array that grows. */
typedef struct folder_memory {
    mgw_arena arena;
    smgw_folder *items;
    size_t count;
    size_t room;
} folder_memory;

static void free_memory(folder_memory *memory)
{
    if (memory == NULL)
        return;
    mgw_arena_free(&memory->arena);
    mgw_free(memory->items);
    mgw_free(memory);
}

static smgw_status make_room(folder_memory *memory)
{
    if (memory->count < memory->room)
        return SMGW_OK;
    if (memory->count >= MAX_FOLDERS)
        return SMGW_ERR_TOO_LARGE;
    size_t room = memory->room > 0 ? memory->room * 2 : FIRST_ROOM;
    smgw_folder *items = mgw_realloc(memory->items, room, sizeof *items);
    if (items == NULL)
        return SMGW_ERR_NO_MEMORY;
    memory->items = items;
    memory->room = room;
    return SMGW_OK;
}

/* A name that does not decode is left out: no later call could name the folder. */
static smgw_status add_folder(void *context, const mgw_imap_event *event, smgw_error *error)
{
    folder_memory *memory = context;
    if (event->type != MGW_IMAP_LIST || !event->list.name_valid)
        return SMGW_OK;
    smgw_status status = make_room(memory);
    const char *name = status == SMGW_OK ? mgw_arena_strndup(&memory->arena, event->list.name) : NULL;
    if (name == NULL)
        return mgw_error_status(error, status != SMGW_OK ? status : memory->arena.status);
    memory->items[memory->count++] = (smgw_folder){
        .name = name,
        .delimiter = event->list.delimiter,
        .selectable = (event->list.attributes & (MGW_IMAP_NOSELECT | MGW_IMAP_NONEXISTENT)) == 0,
        .role = mgw_imap_role_name(event->list.role),
    };
    return SMGW_OK;
}

static smgw_status list_all(mgw_imap_call *call, folder_memory *memory, smgw_error *error)
{
    uint32_t command = 0;
    smgw_status status = mgw_imap_list(call->engine, MGW_LIT(""), MGW_LIT("*"), &command);
    if (status != SMGW_OK)
        return mgw_error_status(error, status);
    return mgw_imap_session_run(call->session, "LIST", command, &call->wait, add_folder, memory, error);
}

smgw_status smgw_list_folders(smgw_gateway *gateway, const char *account, const smgw_call_options *options,
    smgw_folder_list *list, smgw_error *error)
{
    *list = (smgw_folder_list)SMGW_FOLDER_LIST_INIT;
    folder_memory *memory = mgw_calloc(1, sizeof *memory);
    if (memory == NULL)
        return mgw_error_status(error, SMGW_ERR_NO_MEMORY);
    mgw_arena_init(&memory->arena, MAX_BYTES);
    mgw_imap_call call;
    smgw_status status = mgw_imap_call_begin(&call, gateway, account, options, error);
    if (status == SMGW_OK)
        status = list_all(&call, memory, error);
    mgw_imap_call_end(&call);
    if (status != SMGW_OK) {
        free_memory(memory);
        return status;
    }
    *list = (smgw_folder_list){ memory->items, memory->count, memory };
    return SMGW_OK;
}

void smgw_folder_list_dispose(smgw_folder_list *list)
{
    if (list == NULL)
        return;
    free_memory(list->memory);
    *list = (smgw_folder_list)SMGW_FOLDER_LIST_INIT;
}
