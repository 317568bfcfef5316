#include "ingest/serve/forward_message.h"

#include <assert.h>

#include "engine/pack.h"
#include "engine/unpack_head.h"
#include "ingest/serve/forward_entries.h"

enum { TAG, CONTENT, RECORD, OPTIONS_OF_MANY = RECORD, OPTIONS_OF_ONE };

struct options {
  struct sift_span chunk; /* data NULL: none asked for */
  bool chunk_bad;         /* no string, or too long to be acked */
  bool is_other;          /* metrics, traces, …: not log entries */
};

struct message {
  const struct sift_protocol_config *config;
  const struct sift_live_sink *sink;
  const struct sift_forward_fields *fields;
  struct sift_span bytes;
  const struct sift_forward_frame *frame;
};

static struct sift_cursor part(const struct message *message, unsigned index) {
  uint64_t begin = message->frame->part_at[index];
  return sift_cursor(sift_span(message->bytes.data + begin, (size_t)(message->frame->part_at[index + 1] - begin)));
}

static unsigned head_of(struct sift_cursor cursor) {
  return (unsigned char)*cursor.at;
}

static void damage(const struct message *message, enum sift_reason reason, uint64_t count) {
  if (count > 0) {
    message->sink->damage(message->sink->context, reason, count);
  }
}

static void take_chunk(struct sift_cursor *cursor, struct options *options) {
  bool asked = options->chunk.data != NULL || options->chunk_bad;
  if (asked || head_of(*cursor) == 0xC0) {
    sift_take_any(cursor);
  } else if (sift_head_is_text(head_of(*cursor))) {
    options->chunk = sift_take_text(cursor, UINT32_MAX);
    options->chunk_bad = options->chunk.len > SIFT_CHUNK_ID_BYTES_MAX;
  } else {
    options->chunk_bad = true;
    sift_take_any(cursor);
  }
}

static void take_signal(struct sift_cursor *cursor, struct options *options) {
  unsigned head = head_of(*cursor);
  if (head < 0x80 || (head >= 0xCC && head <= 0xCF)) {
    options->is_other |= sift_take_unsigned(cursor) != 0;
  } else {
    sift_take_any(cursor);
  }
}

/* `compressed` and `size` are not asked for: magic tells the one, and the other is a hint that may be wrong. */
static struct options read_options(struct sift_cursor cursor) {
  struct options options = {0};
  if (!sift_head_is_map(head_of(cursor))) {
    return options;
  }
  uint32_t count = sift_take_map(&cursor, UINT32_MAX);
  for (uint32_t i = 0; i < count && cursor.fault == SIFT_FAULT_NONE; i++) {
    struct sift_span key = sift_span("", 0);
    if (sift_head_is_text(head_of(cursor))) {
      key = sift_take_text(&cursor, UINT32_MAX);
    } else {
      sift_take_any(&cursor);
    }
    if (sift_span_equal(key, sift_span_of("chunk"))) {
      take_chunk(&cursor, &options);
    } else if (sift_span_equal(key, sift_span_of("fluent_signal"))) {
      take_signal(&cursor, &options);
    } else {
      sift_take_any(&cursor);
    }
  }
  assert(cursor.fault == SIFT_FAULT_NONE); /* the frame was seen to be whole */
  return options;
}

/* Entries one after another; those before damage count. */
static enum sift_status take_stream(const struct message *message, struct sift_forward_entries *entries, struct sift_span body) {
  struct sift_cursor cursor = sift_cursor(body);
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && cursor.at < cursor.end) {
    status = sift_forward_entries_take(entries, &cursor);
  }
  damage(message, SIFT_REASON_FORWARD_ENTRY, cursor.fault != SIFT_FAULT_NONE);
  return status;
}

static enum sift_status take_compressed(const struct message *message, struct sift_forward_entries *entries,
                                        struct sift_span body) {
  struct sift_protocol_scratch *scratch = message->config->scratch;
  const struct sift_live_limits *limits = &message->config->limits;
  struct sift_unpress *unpress = sift_protocol_scratch_unpress(scratch);
  if (unpress == NULL) {
    return SIFT_ENOMEM;
  }
  size_t len = 0;
  enum sift_reason reason = SIFT_REASONS;
  enum sift_status status =
      sift_unpress_body(unpress, body, limits->window_log_max, limits->inflated_bytes_max, &scratch->inflated, &len, &reason);
  if (status == SIFT_ECORRUPT || status == SIFT_ELIMIT) {
    damage(message, reason, 1);
    return SIFT_OK;
  }
  return status == SIFT_OK ? take_stream(message, entries, sift_span(scratch->inflated.data, len)) : status;
}

static enum sift_status take_packed(const struct message *message, struct sift_forward_entries *entries,
                                    struct sift_cursor content) {
  bool undecided = false;
  struct sift_span body = sift_take_text(&content, UINT32_MAX);
  /* No entry begins as one of these does: the label is not asked. */
  if (sift_unpress_detect(body, false, &undecided) != SIFT_UNPRESS_NONE) {
    return take_compressed(message, entries, body);
  }
  return take_stream(message, entries, body);
}

static enum sift_status take_list(struct sift_forward_entries *entries, struct sift_cursor content) {
  uint32_t count = sift_take_array(&content, UINT32_MAX);
  enum sift_status status = SIFT_OK;
  for (uint32_t i = 0; i < count && status == SIFT_OK; i++) {
    status = sift_forward_entries_take(entries, &content);
  }
  assert(content.fault == SIFT_FAULT_NONE);
  return status;
}

static enum sift_status take_one(const struct message *message, struct sift_forward_entries *entries) {
  struct sift_cursor both = part(message, CONTENT);
  both.end = part(message, RECORD).end;
  return sift_forward_entries_take_one(entries, &both);
}

static enum sift_status take_entries(const struct message *message) {
  struct sift_forward_entries entries;
  struct sift_cursor tag = part(message, TAG);
  struct sift_cursor content = part(message, CONTENT);
  enum sift_status status = SIFT_OK;
  sift_forward_entries_begin(&entries, message->config, message->sink, message->fields, sift_take_text(&tag, UINT32_MAX));
  if (sift_head_is_array(head_of(content))) {
    status = take_list(&entries, content);
  } else if (sift_head_is_text(head_of(content))) {
    status = take_packed(message, &entries, content);
  } else {
    status = take_one(message, &entries);
  }
  damage(message, SIFT_REASON_FORWARD_ENTRY, entries.invalid);
  return status;
}

/* In one piece, the id's very bytes as a str, whatever they are. */
static enum sift_status ack(const struct message *message, struct sift_span chunk) {
  char reply[SIFT_ACK_BYTES_MAX + SIFT_PACK_MAX];
  char *end = sift_put_str(sift_put_str(sift_put_map(reply, 1), sift_span_of("ack")), chunk);
  assert(end - reply <= SIFT_ACK_BYTES_MAX);
  return message->sink->ack(message->sink->context, sift_span(reply, (size_t)(end - reply)));
}

static struct options options_of(const struct message *message) {
  unsigned head = head_of(part(message, CONTENT));
  unsigned index = sift_head_is_array(head) || sift_head_is_text(head) ? OPTIONS_OF_MANY : OPTIONS_OF_ONE;
  return index < message->frame->parts ? read_options(part(message, index)) : (struct options){0};
}

/* [tag, entries], [tag, time, record] and what may follow. */
static bool is_message(const struct message *message) {
  if (message->frame->parts < 2 || !sift_head_is_text(head_of(part(message, TAG)))) {
    return false;
  }
  unsigned head = head_of(part(message, CONTENT));
  return sift_head_is_array(head) || sift_head_is_text(head) || message->frame->parts > RECORD;
}

enum sift_status sift_forward_message_take(const struct sift_protocol_config *config, const struct sift_live_sink *sink,
                                           const struct sift_forward_fields *fields, struct sift_span bytes,
                                           const struct sift_forward_frame *frame) {
  const struct message message = {config, sink, fields, bytes, frame};
  if (!is_message(&message)) {
    damage(&message, SIFT_REASON_FRAME_SYNTAX, 1);
    return SIFT_OK;
  }
  struct options options = options_of(&message);
  if (options.chunk_bad) {
    damage(&message, SIFT_REASON_FORWARD_CHUNK_ID, 1);
    return SIFT_EFORMAT;
  }
  enum sift_status status = SIFT_OK;
  if (options.is_other) {
    damage(&message, SIFT_REASON_FORWARD_SIGNAL, 1);
  } else if (options.chunk.len == 0 || sink->chunk(sink->context, options.chunk)) {
    status = take_entries(&message);
  }
  return status == SIFT_OK && options.chunk.data != NULL ? ack(&message, options.chunk) : status;
}
