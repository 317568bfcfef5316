/* Syslog over a stream (RFC 6587): counted frames and frames that a newline or NUL ends, told apart one by one; the stream may
 * be compressed as a whole (rsyslog's "stream:always" is zlib). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/stream.h"
#include "ingest/serve/inflow.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/scratch.h"
#include "ingest/serve/syslog_values.h"

enum {
  COUNT_DIGITS_MAX = 7,    /* syslog-ng's most; a longer number is no count, so that nobody can have us skip for ever */
  SKIPPED_FRAMES_MAX = 16, /* so many times the limit without an end is no line any more */
};

/* Where the last line that had a header came from: lines without one that follow it are the rest of its message, for syslog-ng
 * sends what has several lines as it stands. */
struct known {
  bool set;
  size_t space_len, channel_len;
  int64_t time_ns;
  char names[SIFT_SPACE_NAME_MAX + SIFT_CHANNEL_NAME_MAX];
};

enum framing { FRAMING_UNDECIDED, FRAMING_COUNTED, FRAMING_LINE };

struct syslog {
  struct sift_protocol base;
  struct sift_inflow inflow; /* where the stream is compressed */
  bool begun;                /* it is known whether it is */
  size_t skip;               /* bytes of a counted frame still to be dropped */
  size_t looked;             /* of what is left over: bytes known to hold no end of a line */
  size_t line_skipped;       /* of a line that was cut: bytes dropped so far */
  bool line_cut;             /* what comes belongs to a line that was cut, and is dropped to its end */
  bool counted, lined;       /* some frame was counted, some was a line */
  struct known known;
};

static_assert(sizeof(struct syslog) <= 512, "an idle connection is small");

/* A frame's begin: the count and what stands before the message. */
struct begin {
  enum framing framing;
  size_t len;    /* counted: of the message */
  size_t prefix; /* counted: digits and blank */
  bool pressed;  /* rsyslog's 'z' and zlib */
};

static void count(const struct syslog *syslog, enum sift_reason reason) {
  syslog->base.sink->damage(syslog->base.sink->context, reason, 1);
}

static bool is_end(char c) {
  return c == '\n' || c == '\0';
}

/* 'z' and the two bytes that begin zlib: 0 no, 1 yes, -1 more bytes are wanted. */
static int pressed_begins(struct sift_span message) {
  bool undecided = false;
  if (message.len == 0) {
    return -1;
  }
  if (message.data[0] != 'z') {
    return 0;
  }
  struct sift_span magic = sift_span(message.data + 1, message.len - 1 < 2 ? message.len - 1 : 2);
  enum sift_unpress_format format = sift_unpress_detect(magic, true, &undecided);
  return magic.len < 2 && undecided ? -1 : format == SIFT_UNPRESS_ZLIB;
}

/* Tells how a frame begins. A number alone is no count: dates and status codes begin lines too. A count is followed by a PRI or
 * a compressed record, or by anything where all frames of the connection were counted so far. */
static struct begin frame_begin(const struct syslog *syslog, struct sift_span rest) {
  struct begin begin = {.framing = FRAMING_LINE};
  if (rest.data[0] < '1' || rest.data[0] > '9') {
    return begin;
  }
  size_t digits = 0;
  for (; digits < rest.len && rest.data[digits] >= '0' && rest.data[digits] <= '9'; digits++) {
    if (digits == COUNT_DIGITS_MAX) {
      return begin;
    }
    begin.len = begin.len * 10 + (size_t)(rest.data[digits] - '0');
  }
  if (digits == rest.len) {
    begin.framing = FRAMING_UNDECIDED;
    return begin;
  }
  if (rest.data[digits] != ' ') {
    return begin;
  }
  begin.prefix = digits + 1;
  struct sift_span message = sift_span(rest.data + begin.prefix, rest.len - begin.prefix);
  int pressed = pressed_begins(message);
  bool counted = pressed == 1 || (message.len > 0 && message.data[0] == '<') || (syslog->counted && !syslog->lined);
  begin.framing = pressed < 0 ? FRAMING_UNDECIDED : counted ? FRAMING_COUNTED : FRAMING_LINE;
  begin.pressed = pressed == 1;
  return begin;
}

static void remember(struct known *known, const struct sift_live_record *record) {
  known->set = record->space.len + record->channel.len <= sizeof known->names; /* a longer name is none */
  if (!known->set) {
    return;
  }
  known->space_len = record->space.len;
  known->channel_len = record->channel.len;
  known->time_ns = record->time_ns;
  if (record->space.len > 0) {
    memcpy(known->names, record->space.data, record->space.len);
  }
  if (record->channel.len > 0) {
    memcpy(known->names + record->space.len, record->channel.data, record->channel.len);
  }
}

static void recall(const struct known *known, struct sift_live_record *record) {
  if (known->set) {
    record->space = sift_span(known->names, known->space_len);
    record->channel = sift_span(known->names + known->space_len, known->channel_len);
    record->time_ns = record->time_ns != SIFT_TIME_NONE ? record->time_ns : known->time_ns;
  }
}

/* One message, which may be modified. `line`: it came as a line, so that it may be the rest of the one before. */
static enum sift_status eat_message(struct syslog *syslog, char *frame, size_t len, bool line) {
  const struct sift_protocol_config *config = &syslog->base.config;
  const struct sift_live_sink *sink = syslog->base.sink;
  struct sift_span values[SIFT_VARIABLES_MAX];
  struct sift_syslog_message message;
  sift_syslog_message_read(sift_span(frame, len), config->scratch->now_ns, &message);
  if (message.text.len > 0) {
    char *text = frame + (message.text.data - frame);
    message.text.len = sift_syslog_unfold(text, message.text.len);
  }
  if (!sift_syslog_values(config, &message, values)) {
    return SIFT_ENOMEM;
  }
  struct sift_live_record record = {.time_ns = message.time_ns};
  enum sift_status status = sift_origin_resolve(config->origin, values, &config->scratch->origin, &record);
  if (status != SIFT_OK) {
    return status;
  }
  if (config->scratch->origin.bad_time) {
    count(syslog, SIFT_REASON_BAD_TIME);
  }
  if (record.text.data == NULL) {
    record.text = sift_span("", 0);
  }
  if (!line) {
    syslog->known.set = false;
  } else if (message.header) {
    remember(&syslog->known, &record);
  } else {
    recall(&syslog->known, &record);
  }
  return sink->record(sink->context, &record);
}

/* rsyslog's compressed record: the zlib behind its 'z'. What is damaged is counted and dropped; the next frame is at its place. */
static enum sift_status eat_pressed(struct syslog *syslog, const char *frame, size_t len) {
  struct sift_protocol_scratch *scratch = syslog->base.config.scratch;
  size_t message_max = syslog->base.config.limits.line_bytes_max;
  struct sift_unpress *unpress = sift_protocol_scratch_unpress(scratch);
  enum sift_reason reason = SIFT_REASONS;
  size_t inflated = 0;
  if (unpress == NULL) {
    return SIFT_ENOMEM;
  }
  enum sift_status status = sift_unpress_body(unpress, sift_span(frame + 1, len - 1), syslog->base.config.limits.window_log_max,
                                              message_max, &scratch->inflated, &inflated, &reason);
  if (status == SIFT_ELIMIT) { /* what it begins with is there */
    count(syslog, SIFT_REASON_FRAME_TOO_LONG);
    return eat_message(syslog, scratch->inflated.data, message_max, false);
  }
  if (status == SIFT_ECORRUPT) {
    count(syslog, reason);
    return SIFT_OK;
  }
  return status == SIFT_OK ? eat_message(syslog, scratch->inflated.data, inflated, false) : status;
}

/* The frame that begins at `frame`, `len` bytes at hand. *used: 0 to wait for more. */
static enum sift_status eat_counted(struct syslog *syslog, const struct begin *begin, char *frame, size_t len, bool last,
                                    size_t *used) {
  size_t message_max = syslog->base.config.limits.line_bytes_max;
  size_t at_hand = len - begin->prefix;
  bool long_one = begin->len > message_max;
  size_t wanted = long_one ? message_max : begin->len;
  if (at_hand < wanted && !last) {
    return SIFT_OK;
  }
  syslog->counted = true;
  if (long_one) {
    count(syslog, SIFT_REASON_FRAME_TOO_LONG);
  } else if (at_hand < wanted) {
    count(syslog, SIFT_REASON_TRUNCATED);
  }
  size_t take = at_hand < wanted ? at_hand : wanted;
  *used = begin->prefix + take;
  syslog->skip = begin->len - take;
  if (!begin->pressed) {
    return eat_message(syslog, frame + begin->prefix, take, false);
  }
  return take == begin->len ? eat_pressed(syslog, frame + begin->prefix, take) : SIFT_OK;
}

/* Where the line's end is that begins at `from`, or `end`. *newline: of the one found before, so that no newline is looked for
 * twice where frames end in NUL. */
static const char *line_end(const char *from, const char *end, const char **newline) {
  if (*newline == NULL || *newline < from) {
    *newline = memchr(from, '\n', (size_t)(end - from));
    *newline = *newline != NULL ? *newline : end;
  }
  const char *nul = memchr(from, '\0', (size_t)(*newline - from));
  return nul != NULL ? nul : *newline;
}

static enum sift_status eat_line(struct syslog *syslog, char *frame, const char *end, bool last, const char **newline,
                                 size_t *used) {
  size_t message_max = syslog->base.config.limits.line_bytes_max;
  const char *stop = line_end(frame + syslog->looked, end, newline);
  size_t len = (size_t)(stop - frame);
  syslog->looked = 0;
  if (len > message_max) {
    count(syslog, SIFT_REASON_FRAME_TOO_LONG);
    syslog->line_cut = true;
    syslog->line_skipped = 0;
    len = message_max;
  } else if (stop == end && !last) {
    syslog->looked = len;
    return SIFT_OK;
  }
  syslog->lined = true;
  *used = len;
  return eat_message(syslog, frame, len, true);
}

/* Drops the rest of a line that was cut, its end included. */
static enum sift_status skip_line(struct syslog *syslog, const char *from, const char *end, const char **newline, size_t *used) {
  const char *stop = line_end(from, end, newline);
  *used = (size_t)(stop - from) + (stop < end);
  syslog->line_cut = stop == end;
  syslog->line_skipped += *used;
  if (syslog->line_skipped / SKIPPED_FRAMES_MAX > syslog->base.config.limits.line_bytes_max) {
    count(syslog, SIFT_REASON_FRAME_SYNTAX);
    return SIFT_EFORMAT;
  }
  return SIFT_OK;
}

/* One step at `from`, which is not `end`. *used: 0 to wait for more. */
static enum sift_status step(struct syslog *syslog, char *from, const char *end, bool last, const char **newline, size_t *used) {
  size_t len = (size_t)(end - from);
  *used = 0;
  if (syslog->skip > 0) {
    *used = syslog->skip < len ? syslog->skip : len;
    syslog->skip -= *used;
    return SIFT_OK;
  }
  if (syslog->line_cut) {
    return skip_line(syslog, from, end, newline, used);
  }
  if (syslog->looked == 0 && is_end(*from)) { /* behind a line, or an empty one */
    *used = 1;
    return SIFT_OK;
  }
  struct begin begin = {.framing = FRAMING_LINE};
  if (syslog->looked == 0) {
    begin = frame_begin(syslog, sift_span(from, len));
  }
  if (begin.framing == FRAMING_UNDECIDED && !last) {
    return SIFT_OK;
  }
  return begin.framing == FRAMING_COUNTED ? eat_counted(syslog, &begin, from, len, last, used)
                                          : eat_line(syslog, from, end, last, newline, used);
}

static enum sift_status eat(void *context, char *bytes, size_t len, bool last, size_t *used) {
  struct syslog *syslog = context;
  const char *newline = NULL;
  enum sift_status status = SIFT_OK;
  *used = 0;
  while (*used < len && status == SIFT_OK) {
    size_t did = 0;
    status = step(syslog, bytes + *used, bytes + len, last, &newline, &did);
    *used += did;
    if (did == 0) {
      break;
    }
  }
  return status;
}

static enum sift_status syslog_open(struct sift_protocol *protocol) {
  (void)protocol;
  return SIFT_OK;
}

/* Settles whether the stream is compressed. */
static enum sift_status begin_stream(struct syslog *syslog, const char *bytes, size_t len, bool last) {
  bool undecided = false;
  enum sift_unpress_format format = sift_unpress_detect(sift_span(bytes, len), true, &undecided);
  syslog->begun = !undecided || last;
  return format == SIFT_UNPRESS_NONE ? SIFT_OK
                                     : sift_inflow_begin(&syslog->inflow, format, syslog->base.config.limits.window_log_max);
}

static enum sift_status inflate(struct syslog *syslog, const char *bytes, size_t len) {
  struct sift_inflow_eater eater = {syslog, eat};
  enum sift_reason reason = SIFT_REASONS;
  enum sift_status status = sift_inflow_feed(&syslog->inflow, syslog->base.config.scratch, bytes, len, &eater, &reason);
  if (reason == SIFT_REASONS) {
    return status;
  }
  count(syslog, reason);
  enum sift_status told = sift_inflow_finish(&syslog->inflow, &eater);
  return told == SIFT_OK ? status : told;
}

static enum sift_status syslog_feed(struct sift_protocol *protocol, char *bytes, size_t len, size_t *used) {
  struct syslog *syslog = (struct syslog *)protocol;
  *used = 0;
  if (!syslog->begun && len > 0) {
    enum sift_status status = begin_stream(syslog, bytes, len, false);
    if (status != SIFT_OK) {
      return status;
    }
  }
  if (!syslog->begun || syslog->inflow.unpress == NULL) {
    return syslog->begun ? eat(syslog, bytes, len, false, used) : SIFT_OK;
  }
  *used = len;
  return inflate(syslog, bytes, len);
}

static enum sift_status syslog_finish(struct sift_protocol *protocol, char *bytes, size_t len) {
  struct syslog *syslog = (struct syslog *)protocol;
  size_t used = 0;
  if (syslog->inflow.unpress == NULL) {
    return eat(syslog, bytes, len, true, &used);
  }
  /* rsyslog flushes its stream but does not end it, so that a stop behind whole messages is none. */
  bool torn = syslog->inflow.carry_len > 0 && !sift_unpress_whole(syslog->inflow.unpress);
  if (torn) {
    count(syslog, SIFT_REASON_TRUNCATED);
  }
  struct sift_inflow_eater eater = {syslog, eat};
  return sift_inflow_finish(&syslog->inflow, &eater);
}

static void syslog_free(struct sift_protocol *protocol) {
  sift_inflow_release(&((struct syslog *)protocol)->inflow);
  free(protocol);
}

static size_t syslog_held(const struct sift_protocol *protocol) {
  return sift_inflow_bytes(&((const struct syslog *)protocol)->inflow);
}

enum sift_status sift_syslog_protocol_new(struct sift_protocol **out, const struct sift_protocol_config *config,
                                          const struct sift_live_sink *sink) {
  static const struct sift_protocol_ops ops = {"syslog", syslog_open, syslog_feed, syslog_finish, syslog_free, syslog_held};
  struct syslog *syslog = calloc(1, sizeof *syslog);
  *out = NULL;
  if (syslog == NULL) {
    return SIFT_ENOMEM;
  }
  syslog->base = (struct sift_protocol){.ops = &ops, .sink = sink, .config = *config};
  *out = &syslog->base;
  return SIFT_OK;
}
