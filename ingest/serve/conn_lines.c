/* Newline text or JSON Lines, plain or as a zstd or gzip stream; each told by how the connection begins. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "ingest/serve/inflow.h"
#include "ingest/serve/live_json.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/scratch.h"

enum { LOOK_BYTES = 64 }; /* what settles raw or JSON: so many blanks are no record's begin */

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* What is known of the connection, in this order. */
enum stage { STAGE_BEGIN, STAGE_TEXT, STAGE_RAW, STAGE_JSON };

struct lines {
  struct sift_protocol base;
  enum stage stage;
  bool cut;      /* what comes continues a line that was cut (raw), or is too long and dropped (JSON) */
  size_t looked; /* of what is left over: bytes known to hold no newline */
  char *names;   /* owned: the raw text's Space, then its channel */
  size_t space_len, channel_len;
  struct sift_inflow inflow; /* where the stream is compressed */
};

static_assert(sizeof(struct lines) <= 512, "an idle connection is small");

static void count(const struct lines *lines, enum sift_reason reason) {
  lines->base.sink->damage(lines->base.sink->context, reason, 1);
}

/* Raw text has one origin, of which only the connection tells. */
static enum sift_status settle_raw(struct lines *lines) {
  const struct sift_protocol_config *config = &lines->base.config;
  struct sift_span values[SIFT_VARIABLES_MAX];
  struct sift_live_record record = {.time_ns = SIFT_TIME_NONE};
  size_t variable_count = 0;
  const struct sift_variable *variables = sift_origin_variables(config->origin, &variable_count);
  for (size_t i = 0; i < variable_count; i++) {
    values[i] = sift_variable_plain(&variables[i], config->peer, sift_span(NULL, 0));
  }
  enum sift_status status = sift_origin_resolve(config->origin, values, &config->scratch->origin, &record);
  if (status != SIFT_OK) {
    return status;
  }
  lines->names = malloc(record.space.len + record.channel.len + 1);
  if (lines->names == NULL) {
    return SIFT_ENOMEM;
  }
  if (record.space.len > 0) {
    memcpy(lines->names, record.space.data, record.space.len);
  }
  if (record.channel.len > 0) {
    memcpy(lines->names + record.space.len, record.channel.data, record.channel.len);
  }
  lines->space_len = record.space.len;
  lines->channel_len = record.channel.len;
  lines->stage = STAGE_RAW;
  return SIFT_OK;
}

/* Whether text that begins so is JSON Lines: an object, and no dictionary that a program printed. *undecided: too early. */
static bool is_json(const char *text, size_t len, bool *undecided) {
  bool brace = false;
  for (size_t i = 0; i < len && i < LOOK_BYTES; i++) {
    if (strchr(" \t\r\n", text[i]) != NULL && text[i] != '\0') {
      continue;
    }
    if (brace || text[i] != '{') {
      return brace && (text[i] == '"' || text[i] == '}');
    }
    brace = true;
  }
  *undecided = len < LOOK_BYTES;
  return false;
}

/* Settles raw or JSON; *used: the byte order mark. Stays undecided while what is there may yet be either. */
static enum sift_status settle(struct lines *lines, const char *text, size_t len, bool last, size_t *used) {
  size_t mark_len = sizeof byte_order_mark - 1;
  bool undecided = len < mark_len && memcmp(text, byte_order_mark, len) == 0;
  size_t skip = len >= mark_len && memcmp(text, byte_order_mark, mark_len) == 0 ? mark_len : 0;
  bool json = !undecided && is_json(text + skip, len - skip, &undecided);
  if (undecided && !last) {
    return SIFT_OK;
  }
  *used = skip;
  lines->looked = 0;
  if (json) {
    lines->stage = STAGE_JSON;
    return SIFT_OK;
  }
  return settle_raw(lines);
}

/* The longest run of whole lines that may go at once, at least one piece of a line that is cut; 0 to wait for more. */
static size_t raw_run(const struct lines *lines, const char *text, size_t len, size_t looked, bool last, bool *cut) {
  size_t line_max = lines->base.config.limits.line_bytes_max;
  size_t window = len > line_max ? line_max + 1 : len;
  const char *newline = window > looked ? memrchr(text + looked, '\n', window - looked) : NULL;
  *cut = newline == NULL && len > line_max;
  if (newline != NULL) {
    return (size_t)(newline - text) + 1;
  }
  return *cut ? line_max : last ? len : 0;
}

static enum sift_status eat_raw(struct lines *lines, char *text, size_t len, bool last, size_t *used) {
  const struct sift_live_sink *sink = lines->base.sink;
  struct sift_span space = sift_span(lines->names, lines->space_len);
  struct sift_span channel = sift_span(lines->names + lines->space_len, lines->channel_len);
  enum sift_status status = SIFT_OK;
  while (*used < len && status == SIFT_OK) {
    bool cut = false;
    size_t run = raw_run(lines, text + *used, len - *used, lines->looked, last, &cut);
    lines->looked = run == 0 ? len - *used : 0;
    if (run == 0) {
      break;
    }
    if (cut && !lines->cut) {
      count(lines, SIFT_REASON_LINE_CUT);
    }
    lines->cut = cut;
    status = sink->text(sink->context, space, channel, text + *used, run);
    *used += run;
  }
  return status;
}

/* A line without a newline so far: waits for more while it is no longer than it may be. */
static void eat_begun_json(struct lines *lines, size_t len, size_t *used) {
  size_t rest = len - *used;
  if (!lines->cut && rest <= lines->base.config.limits.line_bytes_max) {
    lines->looked = rest;
    return;
  }
  if (!lines->cut) {
    count(lines, SIFT_REASON_RECORD_TOO_LONG);
  }
  lines->cut = true;
  lines->looked = 0;
  *used = len;
}

static enum sift_status eat_json(struct lines *lines, char *text, size_t len, bool last, size_t *used) {
  enum sift_status status = SIFT_OK;
  while (*used < len && status == SIFT_OK) {
    const char *line = text + *used;
    const char *newline = memchr(line + lines->looked, '\n', len - *used - lines->looked);
    if (newline == NULL && !last) {
      eat_begun_json(lines, len, used);
      break;
    }
    size_t line_len = newline != NULL ? (size_t)(newline - line) : len - *used;
    if (!lines->cut && line_len > lines->base.config.limits.line_bytes_max) {
      count(lines, SIFT_REASON_RECORD_TOO_LONG);
    } else if (!lines->cut) {
      status = sift_live_json_line(&lines->base, sift_span(line, line_len));
    }
    lines->cut = false;
    lines->looked = 0;
    *used += newline != NULL ? line_len + 1 : line_len;
  }
  return status;
}

/* Eats text that is not compressed, or no longer. *used as sift_protocol_ops.feed has it; `last`: nothing more will come. */
static enum sift_status eat(void *context, char *text, size_t len, bool last, size_t *used) {
  struct lines *lines = context;
  *used = 0;
  if (lines->stage == STAGE_TEXT) {
    enum sift_status status = settle(lines, text, len, last, used);
    if (status != SIFT_OK) {
      return status;
    }
  }
  switch (lines->stage) {
  case STAGE_RAW:
    return eat_raw(lines, text, len, last, used);
  case STAGE_JSON:
    return eat_json(lines, text, len, last, used);
  default:
    return SIFT_OK;
  }
}

/* A stream that is broken is told of, and the begun line where it may be of use. */
static enum sift_status inflate(struct lines *lines, const char *bytes, size_t len) {
  struct sift_inflow_eater eater = {lines, eat};
  enum sift_reason reason = SIFT_REASONS;
  enum sift_status status = sift_inflow_feed(&lines->inflow, lines->base.config.scratch, bytes, len, &eater, &reason);
  if (reason == SIFT_REASONS) {
    return status;
  }
  count(lines, reason);
  enum sift_status told = lines->stage == STAGE_RAW ? sift_inflow_finish(&lines->inflow, &eater) : SIFT_OK;
  return told == SIFT_OK ? status : told;
}

/* Settles whether the stream is compressed. */
static enum sift_status begin(struct lines *lines, const char *bytes, size_t len, bool last) {
  bool undecided = false;
  enum sift_unpress_format format = sift_unpress_detect(sift_span(bytes, len), false, &undecided);
  if (undecided && !last) {
    return SIFT_OK;
  }
  lines->stage = STAGE_TEXT;
  if (format == SIFT_UNPRESS_NONE) {
    return SIFT_OK;
  }
  return sift_inflow_begin(&lines->inflow, format, lines->base.config.limits.window_log_max);
}

static enum sift_status lines_open(struct sift_protocol *protocol) {
  (void)protocol;
  return SIFT_OK;
}

static enum sift_status lines_feed(struct sift_protocol *protocol, char *bytes, size_t len, size_t *used) {
  struct lines *lines = (struct lines *)protocol;
  *used = 0;
  if (len == 0) {
    return SIFT_OK;
  }
  if (lines->stage == STAGE_BEGIN) {
    enum sift_status status = begin(lines, bytes, len, false);
    if (status != SIFT_OK || lines->stage == STAGE_BEGIN) {
      return status;
    }
  }
  if (lines->inflow.unpress == NULL) {
    return eat(lines, bytes, len, false, used);
  }
  *used = len;
  return inflate(lines, bytes, len);
}

static enum sift_status lines_finish(struct sift_protocol *protocol, char *bytes, size_t len) {
  struct lines *lines = (struct lines *)protocol;
  size_t used = 0;
  if (lines->stage == STAGE_BEGIN && len > 0) {
    enum sift_status status = begin(lines, bytes, len, true);
    if (status != SIFT_OK) {
      return status;
    }
  }
  if (lines->inflow.unpress == NULL) {
    return len > 0 ? eat(lines, bytes, len, true, &used) : SIFT_OK;
  }
  if (!sift_unpress_whole(lines->inflow.unpress)) {
    count(lines, SIFT_REASON_TRUNCATED);
  }
  struct sift_inflow_eater eater = {lines, eat};
  return sift_inflow_finish(&lines->inflow, &eater);
}

static void lines_free(struct sift_protocol *protocol) {
  struct lines *lines = (struct lines *)protocol;
  sift_inflow_release(&lines->inflow);
  free(lines->names);
  free(lines);
}

static size_t lines_held(const struct sift_protocol *protocol) {
  return sift_inflow_bytes(&((const struct lines *)protocol)->inflow);
}

enum sift_status sift_lines_protocol_new(struct sift_protocol **out, const struct sift_protocol_config *config,
                                         const struct sift_live_sink *sink) {
  static const struct sift_protocol_ops ops = {"lines", lines_open, lines_feed, lines_finish, lines_free, lines_held};
  struct lines *lines = calloc(1, sizeof *lines);
  *out = NULL;
  if (lines == NULL) {
    return SIFT_ENOMEM;
  }
  lines->base = (struct sift_protocol){.ops = &ops, .sink = sink, .config = *config};
  *out = &lines->base;
  return SIFT_OK;
}
