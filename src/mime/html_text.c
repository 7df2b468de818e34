/* SPDX-License-Identifier: MIT */
/*
 * Three layers guard the parser. What goes in is cleaned: valid UTF-8 without control characters, no endless words. A tag
 * that does not end is given up. And each event is charged with the steps that the parser took for it where these grow
 * faster than the input: it looks through all open elements for an end tag that matches none, and through all attributes
 * of an element for one that is there twice. Different names are limited too: the parser keeps them in chains. A page
 * that costs too much ends there, and the view says that it is cut.
 *
 * The parser pulls its input. Its push interface loses its place where a piece ends inside a quoted attribute.
 */
#include "mime/html_text.h"

#include "base/utf8.h"
#include "mime/html_text_walk.h"

#include "simplemailgw/view.h"

#include <libxml/HTMLparser.h>

enum { BYTE_ORDER_MARK = 0xfeff, PIECE = 8 /* Octets that one character may become. */ };

typedef struct conversion {
    htmlParserCtxtPtr parser;
    mgw_walk walk;
    uint64_t work;
    uint64_t nodes;
    smgw_status status; /* Not SMGW_OK: nothing more is read. */
    mgw_bytes rest;     /* What is still to be read. */
    size_t silence;     /* Octets given since the last event. */
    char *out;          /* Where the next clean octets go. */
    size_t out_len;
    size_t word;  /* Octets of the word of base64 or percent codes. */
    bool begun;
    bool in_tag;  /* The last angle bracket opened. */
    bool was_cr;
    bool after_angle; /* The last character was "<". */
    bool bang;        /* A "!" behind it waits for the next one. */
    uint32_t defects;
} conversion;

static void stop(conversion *c, smgw_status status)
{
    if (c->status == SMGW_OK)
        c->status = status;
    xmlStopParser(c->parser);
}

static void stop_on(conversion *c, smgw_status status)
{
    if (status != SMGW_OK)
        stop(c, status);
}

static void charge(conversion *c, uint64_t steps)
{
    c->silence = 0;
    c->work += steps;
    if (c->work > MGW_HTML_MAX_WORK || xmlDictSize(c->parser->dict) > MGW_HTML_MAX_NAMES)
        stop(c, SMGW_ERR_TOO_LARGE);
}

static void on_start(void *context, const xmlChar *name, const xmlChar **attributes)
{
    conversion *c = context;
    if (c->status != SMGW_OK)
        return;
    uint64_t count = 0;
    while (attributes != NULL && attributes[2 * count] != NULL)
        count++;
    charge(c, count * count);
    mgw_walk_open(&c->walk, (const char *)name, (const char *const *)attributes);
    stop_on(c, mgw_walk_status(&c->walk));
    if (++c->nodes > MGW_HTML_MAX_NODES)
        stop(c, SMGW_ERR_TOO_LARGE);
}

static void on_end(void *context, const xmlChar *name)
{
    conversion *c = context;
    (void)name;
    if (c->status != SMGW_OK)
        return;
    c->silence = 0;
    mgw_walk_close(&c->walk);
    stop_on(c, mgw_walk_status(&c->walk));
}

static void on_text(void *context, const xmlChar *text, int len)
{
    conversion *c = context;
    if (c->status != SMGW_OK || len <= 0)
        return;
    c->silence = 0;
    mgw_walk_text(&c->walk, mgw_bytes_of((const char *)text, (size_t)len));
    stop_on(c, mgw_walk_status(&c->walk));
}

static void on_comment(void *context, const xmlChar *text)
{
    conversion *c = context;
    (void)text;
    c->silence = 0;
}

static void on_instruction(void *context, const xmlChar *target, const xmlChar *text)
{
    (void)target;
    on_comment(context, text);
}

/* Errors are what mail is made of. They are counted, because some of them cost a look at every open element. */
#if LIBXML_VERSION >= 21200
static void on_error(void *context, const xmlError *error)
#else
static void on_error(void *context, xmlErrorPtr error)
#endif
{
    conversion *c = context;
    if (error->code == XML_ERR_NO_MEMORY)
        stop(c, SMGW_ERR_NO_MEMORY);
    else if (c->status == SMGW_OK)
        charge(c, 1 + mgw_walk_depth(&c->walk));
}

static xmlSAXHandler handler(void)
{
    xmlSAXHandler events;
    memset(&events, 0, sizeof events);
    events.initialized = XML_SAX2_MAGIC;
    events.startElement = on_start;
    events.endElement = on_end;
    events.characters = on_text;
    events.ignorableWhitespace = on_text;
    events.cdataBlock = on_text;
    events.comment = on_comment;
    events.processingInstruction = on_instruction;
    events.serror = on_error;
    return events;
}

static void send(conversion *c, const char *data, size_t len)
{
    memcpy(c->out + c->out_len, data, len);
    c->out_len += len;
}

/* What base64 and percent codes are made of. */
static bool is_data(char c)
{
    return mgw_is_alnum((unsigned char)c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_' || c == '%';
}

/* Such words are the data of images within the page: only their beginning goes on. */
static bool goes_on(conversion *c, char first)
{
    if (first == '<' || first == '>')
        c->in_tag = first == '<';
    c->word = is_data(first) ? c->word + 1 : 0;
    if (c->word <= MGW_HTML_MAX_WORD)
        return true;
    if (!c->in_tag)
        c->defects |= SMGW_VIEW_CUT;
    return false;
}

/*
 * The parser knows "<!" before a comment and, at the start, a document type; it takes anything else, such as Outlook's
 * "<![if !mso]>", for text. A processing instruction takes its place, which is ignored up to its ">". Inside a comment the
 * change is not seen.
 */
static void pass_on(conversion *c, mgw_bytes bytes)
{
    bool was_bang = c->bang;
    c->bang = c->after_angle && bytes.data[0] == '!';
    c->after_angle = bytes.data[0] == '<';
    if (was_bang && bytes.data[0] != '-')
        send(c, "?x ", 3);
    else if (was_bang)
        send(c, "!", 1);
    if (!c->bang)
        send(c, bytes.data, bytes.len);
}

static void clean_rune(conversion *c, mgw_bytes bytes, uint32_t rune)
{
    bool pair = c->was_cr && rune == '\n';
    c->was_cr = rune == '\r';
    if (pair)
        return;
    if (rune == '\r' || rune == '\f')
        bytes = MGW_LIT("\n");
    else if (rune == BYTE_ORDER_MARK)
        return;
    else if (mgw_rune_is_control(rune) && rune != '\n' && rune != '\t' && rune != 0x2028 && rune != 0x2029) {
        c->defects |= SMGW_VIEW_CONTROL;
        return;
    }
    if (goes_on(c, bytes.data[0]))
        pass_on(c, bytes);
}

static void clean_next(conversion *c)
{
    uint32_t rune = 0;
    size_t step = mgw_utf8_decode(c->rest.data, c->rest.len, &rune);
    if (step == 0) {
        c->defects |= SMGW_VIEW_INVALID;
        clean_rune(c, MGW_LIT("\xef\xbf\xbd"), 0xfffd);
        step = 1;
    } else {
        clean_rune(c, mgw_bytes_slice(c->rest, 0, step), rune);
    }
    c->rest = mgw_bytes_slice(c->rest, step, SIZE_MAX);
}

/* Gives the parser its next bytes; none at the end, or when it has to stop. */
static int read_clean(void *context, char *buffer, int size)
{
    conversion *c = context;
    bool in_comment = c->parser->instate == XML_PARSER_COMMENT || c->parser->instate == XML_PARSER_PI;
    if (in_comment)
        c->silence = 0;
    /* No xmlStopParser() here: it frees the input that the parser is about to fill. It sees the end of the page instead. */
    if (c->status == SMGW_OK && c->silence > MGW_HTML_MAX_TAG)
        c->status = SMGW_ERR_TOO_LARGE;
    c->out = buffer;
    c->out_len = 0;
    if (!c->begun)
        send(c, "<body>", 6);
    c->begun = true;
    while (c->status == SMGW_OK && c->rest.len > 0 && c->out_len + PIECE <= (size_t)size)
        clean_next(c);
    c->silence += c->out_len;
    return (int)c->out_len;
}

static int close_clean(void *context)
{
    (void)context;
    return 0;
}

/*
 * Nothing is loaded, and the page's own word about its charset means nothing: it was converted before. Without a body the
 * parser would put a paragraph around the first words, so it is given one.
 */
static void parse(conversion *c)
{
    const int options = HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC;
    *c->parser->sax = handler();
    c->parser->userData = c;
    xmlDocPtr document = htmlCtxtReadIO(c->parser, read_clean, close_clean, c, NULL, "UTF-8", options);
    if (document != NULL)
        xmlFreeDoc(document);
    if (c->status == SMGW_OK && c->parser->errNo == XML_ERR_NO_MEMORY)
        c->status = SMGW_ERR_NO_MEMORY;
}

smgw_status mgw_html_to_text(mgw_bytes html, mgw_buf *out, mgw_html_text *result)
{
    conversion c = { .status = SMGW_OK, .rest = html };
    mgw_walk_init(&c.walk, out, MGW_HTML_MAX_DEPTH);
    xmlInitParser();
    c.parser = htmlNewParserCtxt();
    if (c.parser != NULL) {
        parse(&c);
        htmlFreeParserCtxt(c.parser);
        xmlResetLastError();
    } else {
        c.status = SMGW_ERR_NO_MEMORY;
    }
    result->defects = c.defects | c.walk.defects | c.walk.layout.defects;
    result->reply_at = c.walk.layout.mark;
    mgw_walk_free(&c.walk);
    if (c.status != SMGW_ERR_TOO_LARGE)
        return c.status;
    result->defects |= SMGW_VIEW_CUT;
    return SMGW_OK;
}
