/* SPDX-License-Identifier: MIT */
/*
 * The main job, start to end, against the servers that demo.sh starts: send a message with an attachment, find it, read
 * it, save the attachment, and watch the attacks bounce off. Configured by the EMAIL_* variables; see
 * docs/configuration.md.
 */
#include <simplemailgw.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char account[] = "work";

static void heading(const char *text)
{
    printf("\n== %s\n", text);
}

/* Ends the program when something that must succeed did not. */
static void must(smgw_status status, const smgw_error *error, const char *what)
{
    if (status == SMGW_OK)
        return;
    fprintf(stderr, "%s failed: %s\n", what, error->message);
    exit(EXIT_FAILURE);
}

/* Ends the program when something that must be refused was not. */
static void must_be_refused(smgw_status status, smgw_status expected, const smgw_error *error, const char *what)
{
    if (status != expected) {
        fprintf(stderr, "%s was not refused as it should be: %s\n", what, smgw_status_text(status));
        exit(EXIT_FAILURE);
    }
    printf("%-44s refused: %s\n", what, error->message);
}

static void write_report(const char *workspace)
{
    char path[1024];
    int len = snprintf(path, sizeof path, "%s/report.csv", workspace);
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "w") : NULL;
    if (file == NULL || fputs("month,total\n2026-10,42\n2026-11,43\n", file) < 0 || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static smgw_message *compose(const char *subject)
{
    smgw_error error = SMGW_ERROR_INIT;
    static const char text[] = "Dear Ada,\n\nthe figures of this month are attached.\n.\nRegards\n";
    smgw_message *message = NULL;
    must(smgw_message_new(&message), &error, "making a message");
    must(smgw_message_add_to(message, "ada@example.com", "Ada \"A.\" Lovelace", &error), &error, "adding a recipient");
    must(smgw_message_add_bcc(message, "bob@example.com", NULL, &error), &error, "adding a Bcc recipient");
    must(smgw_message_set_subject(message, subject, &error), &error, "setting the subject");
    must(smgw_message_set_text(message, text, sizeof text - 1, &error), &error, "setting the text");
    must(smgw_message_attach_file(message, "report.csv", "text/csv", &error), &error, "attaching the report");
    return message;
}

static void send_report(smgw_gateway *gateway, smgw_receipt *receipt)
{
    heading("A message goes out; its subject carries a header injection");
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = compose("Figures\r\nBcc: attacker@evil.com");
    must(smgw_send(gateway, account, message, NULL, receipt, &error), &error, "sending");
    smgw_message_free(message);
    printf("sent       %s\nrecipients %u (one in Bcc)\nsize       %llu octets\nserver     %d %s\n", receipt->message_id,
        receipt->recipients, (unsigned long long)receipt->size, receipt->server_code, receipt->server_text);
}

/* The server delivers in its own time: look for the message for ten seconds. */
static smgw_ref find(smgw_gateway *gateway, const char *message_id)
{
    smgw_error error = SMGW_ERROR_INIT;
    smgw_query query = SMGW_QUERY_INIT;
    query.message_id = message_id;
    smgw_uid_list found = SMGW_UID_LIST_INIT;
    for (int attempt = 0; attempt < 50 && found.count == 0; attempt++) {
        nanosleep(&(struct timespec){ 0, 200000000 }, NULL);
        smgw_uid_list_dispose(&found);
        must(smgw_search(gateway, account, "INBOX", &query, NULL, &found, &error), &error, "searching");
    }
    if (found.count != 1) {
        fprintf(stderr, "expected one message, found %zu\n", found.count);
        exit(EXIT_FAILURE);
    }
    smgw_ref ref = { "INBOX", found.uidvalidity, found.uids[0] };
    smgw_uid_list_dispose(&found);
    return ref;
}

static void print_mail(const smgw_mail *mail)
{
    printf("uid        %u of UIDVALIDITY %u\nfrom       %s <%s>\nsubject    %s\nBcc fields %zu\n", mail->ref.uid,
        mail->ref.uidvalidity, mail->from.items[0].name, mail->from.items[0].address, mail->subject, mail->bcc.count);
    for (size_t i = 0; i < mail->part_count; i++)
        printf(
            "part       %-4s %-20s %s\n", mail->parts[i].section, mail->parts[i].media_type, mail->parts[i].filename);
}

static void list_folders(smgw_gateway *gateway)
{
    heading("The folders");
    smgw_error error = SMGW_ERROR_INIT;
    smgw_folder_list list = SMGW_FOLDER_LIST_INIT;
    must(smgw_list_folders(gateway, account, NULL, &list, &error), &error, "listing folders");
    for (size_t i = 0; i < list.count; i++)
        printf("%-10s %s\n", list.items[i].name, list.items[i].role);
    smgw_folder_list_dispose(&list);
}

static void read_report(smgw_gateway *gateway, const char *message_id)
{
    heading("It comes back: the injected header is part of the subject, nothing more");
    smgw_error error = SMGW_ERROR_INIT;
    smgw_ref ref = find(gateway, message_id);
    smgw_query query = SMGW_QUERY_INIT;
    char uid[16];
    snprintf(uid, sizeof uid, "%u", ref.uid);
    query.uids = uid;
    smgw_fetch *fetch = NULL;
    char section[64] = "";
    must(smgw_fetch_open(&fetch, gateway, account, "INBOX", &query, NULL, &error), &error, "opening the folder");
    for (const smgw_mail *mail; smgw_fetch_next(fetch, &mail, &error) == SMGW_OK;) {
        print_mail(mail);
        for (size_t i = 0; i < mail->part_count; i++)
            if (mail->parts[i].is_attachment)
                snprintf(section, sizeof section, "%s", mail->parts[i].section);
    }
    smgw_fetch_free(fetch);

    smgw_text text = SMGW_TEXT_INIT;
    must(smgw_fetch_text(gateway, account, &ref, 4096, NULL, &text, &error), &error, "reading the text");
    printf("text       | ");
    for (size_t i = 0; i < text.len; i++)
        fputs(text.data[i] == '\n' && i + 1 < text.len ? "\n           | " : (char[]){ text.data[i], '\0' }, stdout);
    smgw_text_dispose(&text);

    heading("The attachment is saved in the workspace");
    smgw_saved saved = SMGW_SAVED_INIT;
    must(smgw_save_attachment(gateway, account, &ref, section, NULL, &saved, &error), &error, "saving the attachment");
    printf("file       %s\nsize       %llu octets\nsha256     %s\n", saved.name, (unsigned long long)saved.size,
        saved.sha256);
}

static void bounce_attacks(smgw_gateway *gateway)
{
    heading("The attacks");
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = compose("Hello");
    smgw_status status = smgw_message_add_to(message, "ada@example.com>\r\nRCPT TO:<x@evil.com", NULL, &error);
    must_be_refused(status, SMGW_ERR_INVALID, &error, "a recipient with a command in it");
    status = smgw_message_add_bcc(message, "attacker@evil.com", NULL, &error);
    must(status, &error, "adding a recipient that only the whitelist can judge");
    status = smgw_send(gateway, account, message, NULL, NULL, &error);
    must_be_refused(status, SMGW_ERR_REFUSED, &error, "a recipient who is not on the whitelist");
    smgw_message_free(message);

    message = compose("Secrets");
    status = smgw_message_attach_file(message, "../../etc/passwd", NULL, &error);
    if (status == SMGW_OK)
        status = smgw_send(gateway, account, message, NULL, NULL, &error);
    must_be_refused(status, SMGW_ERR_INVALID, &error, "a file outside the workspace");
    smgw_message_free(message);

    smgw_folder_list none = SMGW_FOLDER_LIST_INIT;
    smgw_uid_list found = SMGW_UID_LIST_INIT;
    status = smgw_search(gateway, account, "INBOX\r\nA1 DELETE Archive", NULL, NULL, &found, &error);
    must_be_refused(status, SMGW_ERR_INVALID, &error, "a folder name with a command in it");
    smgw_query query = SMGW_QUERY_INIT;
    query.criteria = "ALL\r\nA1 DELETE Archive";
    status = smgw_search(gateway, account, "INBOX", &query, NULL, &found, &error);
    must_be_refused(status, SMGW_ERR_INVALID, &error, "search criteria with a command in them");
    status = smgw_list_folders(gateway, "nobody", NULL, &none, &error);
    must_be_refused(status, SMGW_ERR_NOT_FOUND, &error, "an account that does not exist");
}

static void hit_the_limit(smgw_gateway *gateway)
{
    heading("The rate limit");
    smgw_error error = SMGW_ERROR_INIT;
    smgw_message *message = compose("Once more");
    smgw_status status = SMGW_OK;
    int sent = 0;
    while (sent < 100 && (status = smgw_send(gateway, account, message, NULL, NULL, &error)) == SMGW_OK)
        sent++;
    printf("%d more went out, then:\n", sent);
    must_be_refused(status, SMGW_ERR_RATE_LIMITED, &error, "one message too many");
    printf("the next may go in %llu s\n", (unsigned long long)(error.retry_after_ms + 999) / 1000);
    smgw_message_free(message);
}

static void print_trail(const char *path)
{
    heading("The audit trail");
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    for (int c; (c = fgetc(file)) != EOF;)
        putchar(c);
    fclose(file);
}

int main(void)
{
    const char *workspace = getenv("EMAIL_WORKSPACE");
    const char *trail = getenv("EMAIL_AUDIT_FILE");
    if (workspace == NULL || trail == NULL) {
        fputs("run examples/demo.sh: it starts the servers and sets the EMAIL_* variables\n", stderr);
        return EXIT_FAILURE;
    }
    smgw_error error = SMGW_ERROR_INIT;
    smgw_gateway *gateway = NULL;
    smgw_receipt receipt = SMGW_RECEIPT_INIT;
    write_report(workspace);
    must(smgw_gateway_from_env(&gateway, &error), &error, "reading the configuration");
    send_report(gateway, &receipt);
    list_folders(gateway);
    read_report(gateway, receipt.message_id);
    bounce_attacks(gateway);
    hit_the_limit(gateway);
    smgw_gateway_free(gateway);
    print_trail(trail);
    printf("\nAll of it happened as it should.\n");
    return EXIT_SUCCESS;
}
