/* SPDX-License-Identifier: MIT */
#include "support/scripted_server.h"

#include "support/script.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STEP_MS = 10000, PIECE = 16384 };

/* Owned by the server's thread from start to join. */
typedef struct scripted_run {
    scripted_server *server;
    script script;
    SSL_CTX *tls;
    bool implicit_tls;
    int listener;
    int stop[2]; /* A pipe: its writing end closes when the test wants an end. */
    int fd;      /* The connection, or -1. */
    SSL *ssl;    /* Inside TLS. */
    long deadline;
    script_bytes unread; /* Received and not yet taken by a step. */
    script_bytes clear;  /* All that was received, for the test. */
    script_bytes secured;
    char tag[80];
    bool complete;
} scripted_run;

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool fail(scripted_run *run, const char *reason)
{
    if (run->server->problem[0] == '\0')
        snprintf(run->server->problem, sizeof run->server->problem, "%s", reason);
    return false;
}

/* Waits until `fd` is ready. What is ready goes before the test's wish to end; a negative fd waits for that only. */
static bool wait_for(scripted_run *run, int fd, short events)
{
    struct pollfd polls[2] = { { fd, events, 0 }, { run->stop[0], POLLIN, 0 } };
    for (;;) {
        long left = run->deadline - now_ms();
        int count = poll(polls, 2, left > 0 ? (int)left : 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count > 0 && polls[0].revents != 0)
            return true;
        if (count > 0 && polls[1].revents != 0)
            return fail(run, "the test has ended it");
        return fail(run, "no answer within 10 s");
    }
}

/* After an SSL call that did not succeed: waits where it only has to be called again. */
static bool wait_for_tls(scripted_run *run, int result)
{
    int why = SSL_get_error(run->ssl, result);
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ)
        return wait_for(run, run->fd, POLLIN);
    if (why == SSL_ERROR_WANT_WRITE)
        return wait_for(run, run->fd, POLLOUT);
    if (why == SSL_ERROR_ZERO_RETURN)
        return fail(run, "the client has closed");
    return fail(run, reason != NULL ? reason : "the connection has failed");
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static bool keep(scripted_run *run, const char *data, size_t len)
{
    script_bytes *all = run->ssl != NULL ? &run->secured : &run->clear;
    if (!script_bytes_add(all, data, len) || !script_bytes_add(&run->unread, data, len))
        return fail(run, "too much input");
    return true;
}

/* Receives something; false at the end of the connection, of the time or of the test. */
static bool receive(scripted_run *run)
{
    char piece[PIECE];
    for (;;) {
        ssize_t len =
            run->ssl != NULL ? SSL_read(run->ssl, piece, sizeof piece) : recv(run->fd, piece, sizeof piece, 0);
        if (len > 0)
            return keep(run, piece, (size_t)len);
        if (run->ssl != NULL) {
            if (!wait_for_tls(run, (int)len))
                return false;
        } else if (len == 0 || !would_block()) {
            return fail(run, len == 0 ? "the client has closed" : "the connection has failed");
        } else if (!wait_for(run, run->fd, POLLIN)) {
            return false;
        }
    }
}

static bool send_bytes(scripted_run *run, const char *data, size_t len)
{
    while (len > 0) {
        size_t piece = len < PIECE ? len : PIECE;
        ssize_t sent =
            run->ssl != NULL ? SSL_write(run->ssl, data, (int)piece) : send(run->fd, data, piece, MSG_NOSIGNAL);
        if (sent > 0) {
            data += sent;
            len -= (size_t)sent;
        } else if (run->ssl != NULL) {
            if (!wait_for_tls(run, (int)sent))
                return false;
        } else if (!would_block()) {
            return fail(run, "the client has closed");
        } else if (!wait_for(run, run->fd, POLLOUT)) {
            return false;
        }
    }
    return true;
}

static bool start_tls(scripted_run *run)
{
    if (run->tls == NULL || run->ssl != NULL)
        return fail(run, "TLS without a certificate, or twice");
    if (run->unread.len > 0)
        return fail(run, "the client did not wait for TLS");
    run->ssl = SSL_new(run->tls);
    if (run->ssl == NULL || SSL_set_fd(run->ssl, run->fd) != 1)
        return fail(run, "no TLS session");
    for (;;) {
        int done = SSL_accept(run->ssl);
        if (done == 1)
            return true;
        if (!wait_for_tls(run, done))
            return false;
    }
}

static bool accept_client(scripted_run *run)
{
    if (!wait_for(run, run->listener, POLLIN))
        return false;
    run->fd = accept4(run->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (run->fd < 0)
        return fail(run, "no connection");
    /* Steps that follow each other leave at once, without waiting for acknowledgements. */
    setsockopt(run->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    run->server->connections++;
    return !run->implicit_tls || start_tls(run);
}

static void close_connection(scripted_run *run)
{
    SSL_free(run->ssl);
    run->ssl = NULL;
    if (run->fd >= 0)
        close(run->fd);
    run->fd = -1;
    run->unread.len = 0;
}

/* Reads until the client closes, so that what was sent last is not lost to a reset. What stops it is no problem. */
static void drain(scripted_run *run)
{
    char problem[sizeof run->server->problem];
    memcpy(problem, run->server->problem, sizeof problem);
    while (run->fd >= 0 && receive(run))
        run->unread.len = 0;
    memcpy(run->server->problem, problem, sizeof problem);
}

static bool close_in_order(scripted_run *run)
{
    if (run->ssl != NULL)
        SSL_shutdown(run->ssl);
    if (run->fd >= 0)
        shutdown(run->fd, SHUT_WR);
    drain(run);
    close_connection(run);
    return true;
}

/* Ends TCP and says nothing in TLS about it. */
static bool close_unannounced(scripted_run *run)
{
    if (run->ssl != NULL)
        SSL_set_quiet_shutdown(run->ssl, 1);
    return close_in_order(run);
}

static bool reset_connection(scripted_run *run)
{
    const struct linger at_once = { 1, 0 };
    if (run->ssl != NULL)
        SSL_set_quiet_shutdown(run->ssl, 1);
    setsockopt(run->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_connection(run);
    return true;
}

static bool send_step(scripted_run *run, const script_step *step)
{
    script_bytes bytes = { NULL, 0, 0 };
    bool done = script_expand(step, run->tag, &bytes) ? send_bytes(run, bytes.data, bytes.len)
                                                      : fail(run, "the text is too large");
    script_bytes_free(&bytes);
    return done;
}

static void take(scripted_run *run, size_t len)
{
    memmove(run->unread.data, run->unread.data + len, run->unread.len - len);
    run->unread.len -= len;
}

static bool match_line(scripted_run *run, const script_step *step, size_t end)
{
    char *line = run->unread.data;
    line[end] = '\0';
    if (end > 0 && line[end - 1] == '\r')
        line[end - 1] = '\0';
    bool match = regexec(&step->regex, line, 0, NULL, 0) == 0;
    if (match)
        snprintf(run->tag, sizeof run->tag, "%.*s", (int)strcspn(line, " "), line);
    take(run, end + 1);
    return match;
}

static bool await_line(scripted_run *run, const script_step *step)
{
    for (;;) {
        char *end = run->unread.len > 0 ? memchr(run->unread.data, '\n', run->unread.len) : NULL;
        if (end == NULL) {
            if (!receive(run))
                return false;
        } else if (match_line(run, step, (size_t)(end - run->unread.data))) {
            return true;
        }
    }
}

static bool await_octets(scripted_run *run, size_t count)
{
    while (run->unread.len < count) {
        if (!receive(run))
            return false;
    }
    if (count > 0)
        take(run, count);
    return true;
}

static bool pause_for(scripted_run *run, long ms)
{
    char problem[sizeof run->server->problem];
    memcpy(problem, run->server->problem, sizeof problem);
    if (ms < STEP_MS)
        run->deadline = now_ms() + ms;
    wait_for(run, -1, 0);
    memcpy(run->server->problem, problem, sizeof problem);
    return true;
}

static bool perform(scripted_run *run, const script_step *step)
{
    if (run->fd < 0 && step->kind != 'A' && step->kind != 'W')
        return fail(run, "no connection is open");
    switch (step->kind) {
    case 'S':
        return send_step(run, step);
    case 'C':
        return await_line(run, step);
    case 'L':
        return await_octets(run, (size_t)step->number);
    case 'T':
        return start_tls(run);
    case 'W':
        return pause_for(run, step->number);
    case 'A':
        return close_in_order(run) && accept_client(run);
    case 'X':
        return close_in_order(run);
    case 'E':
        return close_unannounced(run);
    default:
        return reset_connection(run);
    }
}

/* Says at which step it stopped. */
static void name_step(scripted_run *run, const script_step *step)
{
    char reason[100];
    snprintf(reason, sizeof reason, "%.99s", run->server->problem);
    snprintf(run->server->problem, sizeof run->server->problem, "%s, at %.*s", reason,
        (int)(step->len < 80 ? step->len : 80), step->words);
}

static void *run_script(void *context)
{
    scripted_run *run = context;
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    run->deadline = now_ms() + STEP_MS;
    bool good = accept_client(run);
    for (size_t i = 0; good && i < run->script.count; i++) {
        run->deadline = now_ms() + STEP_MS;
        good = perform(run, &run->script.steps[i]);
        if (!good)
            name_step(run, &run->script.steps[i]);
    }
    run->complete = good;
    run->deadline = now_ms() + STEP_MS;
    if (good)
        drain(run);
    close_connection(run);
    return NULL;
}

/* An old version needs the security level of its time, and a minimum below that of the system's configuration. */
static bool limit_version(SSL_CTX *tls, int max)
{
    if (max == 0)
        return true;
    SSL_CTX_set_security_level(tls, 0);
    return SSL_CTX_set_min_proto_version(tls, TLS1_VERSION) == 1 && SSL_CTX_set_max_proto_version(tls, max) == 1;
}

static bool load_certificate(scripted_run *run, const scripted_server_options *options)
{
    if (options->cert_file == NULL || options->key_file == NULL)
        return !options->implicit_tls || fail(run, "implicit TLS needs a certificate");
    run->tls = SSL_CTX_new(TLS_server_method());
    if (run->tls != NULL && limit_version(run->tls, options->max_tls) &&
        SSL_CTX_use_certificate_chain_file(run->tls, options->cert_file) == 1 &&
        SSL_CTX_use_PrivateKey_file(run->tls, options->key_file, SSL_FILETYPE_PEM) == 1)
        return true;
    ERR_clear_error();
    return fail(run, "the certificate or its key cannot be used");
}

static bool listen_on_loopback(scripted_run *run)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    run->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (run->listener < 0 || bind(run->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(run->listener, 16) != 0 || getsockname(run->listener, (struct sockaddr *)&address, &len) != 0)
        return fail(run, "no port on the loopback");
    run->server->port = ntohs(address.sin_port);
    return pipe2(run->stop, O_CLOEXEC) == 0 || fail(run, "no pipe");
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void free_run(scripted_run *run)
{
    close_fd(&run->listener);
    close_fd(&run->stop[0]);
    close_fd(&run->stop[1]);
    SSL_CTX_free(run->tls);
    script_free(&run->script);
    script_bytes_free(&run->unread);
    script_bytes_free(&run->clear);
    script_bytes_free(&run->secured);
    free(run);
}

int scripted_server_start(scripted_server *server, const scripted_server_options *options)
{
    *server = (scripted_server){ .port = -1 };
    scripted_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return -1;
    *run = (scripted_run){
        .server = server, .implicit_tls = options->implicit_tls, .listener = -1, .stop = { -1, -1 }, .fd = -1
    };
    if (script_parse(&run->script, options->script, server->problem, sizeof server->problem) &&
        load_certificate(run, options) && listen_on_loopback(run) &&
        (pthread_create(&server->thread, NULL, run_script, run) == 0 || fail(run, "no thread"))) {
        server->run = run;
        return server->port;
    }
    free_run(run);
    server->port = -1;
    return -1;
}

/* Hands the bytes over to the test. */
static scripted_bytes release(script_bytes *bytes)
{
    script_bytes_add(bytes, "", 0);
    scripted_bytes released = { bytes->data, bytes->len };
    *bytes = (script_bytes){ NULL, 0, 0 };
    return released;
}

bool scripted_server_join(scripted_server *server)
{
    scripted_run *run = server->run;
    if (run == NULL)
        return false;
    close_fd(&run->stop[1]);
    pthread_join(server->thread, NULL);
    bool complete = run->complete;
    server->clear = release(&run->clear);
    server->secured = release(&run->secured);
    server->run = NULL;
    free_run(run);
    return complete;
}

void scripted_server_free(scripted_server *server)
{
    scripted_server_join(server);
    free(server->clear.data);
    free(server->secured.data);
    server->clear = (scripted_bytes){ NULL, 0 };
    server->secured = (scripted_bytes){ NULL, 0 };
}

bool scripted_server_saw_in_clear(const scripted_server *server, const char *text)
{
    return server->clear.len > 0 && memmem(server->clear.data, server->clear.len, text, strlen(text)) != NULL;
}
