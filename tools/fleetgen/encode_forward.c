/* https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1 */
#include "tools/fleetgen/encode_forward.h"

#include "engine/pack.h"
#include "tools/fleetgen/kubernetes.h"
#include "tools/fleetgen/rng.h"

enum {
  PARTS = 3,             /* tag, entries, option */
  EVENT_TIME = 0xd7,     /* fixext 8, whose type is 0 */
  ENTRY_HEADS_MAX = 128, /* what a plain entry has beside the Space's name and the text */
  HEADS_MAX = 256,       /* what a message has beside its tag and its entries */
};

enum sift_status sift_gen_forward_init(struct sift_gen_forward *forward, const struct sift_gen_send_options *send, uint64_t salt) {
  *forward = (struct sift_gen_forward){.send = send, .salt = salt};
  sift_gen_text_init(&forward->entries);
  sift_gen_text_init(&forward->pressed);
  return send->mode == SIFT_GEN_COMPRESSED ? sift_gen_press_new(&forward->press, send->compression) : SIFT_OK;
}

void sift_gen_forward_release(struct sift_gen_forward *forward) {
  sift_gen_text_release(&forward->entries);
  sift_gen_text_release(&forward->pressed);
  sift_gen_press_free(forward->press);
}

static char *time_put(char *at, int64_t time_ns) {
  at = sift_put_byte(sift_put_byte(at, EVENT_TIME), 0);
  at = sift_put_big(at, (uint64_t)(time_ns / 1000000000), 4);
  return sift_put_big(at, (uint64_t)(time_ns % 1000000000), 4);
}

static char *literal_put(char *at, const char *text) {
  return sift_put_str(at, sift_span_of(text));
}

/* The head of an entry: [time, …, or Fluent Bit's [[time, {}], …; in message mode the array around it is the message's own. */
static char *entry_begin(const struct sift_gen_forward *forward, char *at, int64_t time_ns) {
  if (forward->send->mode != SIFT_GEN_MESSAGE) {
    at = sift_put_array(at, 2);
    if (forward->send->record == SIFT_GEN_KUBERNETES) {
      return sift_put_map(time_put(sift_put_array(at, 2), time_ns), 0);
    }
  }
  return time_put(at, time_ns);
}

/* Text goes as a str even where it is not UTF-8, as collectors do. */
static void plain_put(const struct sift_gen_forward *forward, struct sift_gen_text *out, const struct sift_gen_record *record) {
  char *room = sift_gen_text_room(out, ENTRY_HEADS_MAX + record->space.len + record->text.len);
  if (room == NULL) {
    return;
  }
  char *at = sift_put_map(entry_begin(forward, room, record->time_ns), 3);
  at = sift_put_str(literal_put(at, "space"), record->space);
  at = literal_put(literal_put(at, "channel"), sift_gen_channel_name(record->channel));
  at = sift_put_str(literal_put(at, "message"), record->text);
  out->len += (size_t)(at - room);
}

static void entry_put(struct sift_gen_forward *forward, struct sift_gen_text *out, const struct sift_gen_record *record) {
  if (forward->send->record == SIFT_GEN_PLAIN) {
    plain_put(forward, out, record);
    return;
  }
  char head[ENTRY_HEADS_MAX];
  sift_gen_text_put(out, head, (size_t)(entry_begin(forward, head, record->time_ns) - head));
  sift_gen_kubernetes_pack(out, &forward->day, record);
}

/* Base64 of 16 bytes that no other chunk has: two mixings of the salt with the chunk's number. */
static void id_make(struct sift_gen_forward *forward, char *id) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char bytes[18] = {0}; /* two more, so that groups of three come out even */
  uint64_t number = forward->number++;
  for (size_t i = 0; i < 2; i++) {
    uint64_t half = sift_rng_mix(sift_rng_mix(forward->salt, i), number);
    memcpy(bytes + i * sizeof(half), &half, sizeof(half));
  }
  for (size_t i = 0; i < SIFT_GEN_ID_BYTES / 4; i++) {
    unsigned group = (unsigned)bytes[i * 3] << 16 | (unsigned)bytes[i * 3 + 1] << 8 | bytes[i * 3 + 2];
    for (size_t k = 0; k < 4; k++) {
      id[i * 4 + k] = digits[group >> (18 - 6 * k) & 63];
    }
  }
  id[SIFT_GEN_ID_BYTES - 1] = id[SIFT_GEN_ID_BYTES - 2] = '=';
}

/* The chunk's id comes first, as Fluent Bit has it. */
static char *option_put(struct sift_gen_forward *forward, char *at, struct sift_gen_parcel *parcel, uint32_t records) {
  const struct sift_gen_send_options *send = forward->send;
  bool compressed = send->mode == SIFT_GEN_COMPRESSED;
  at = sift_put_map(at, 1U + send->ack + compressed);
  if (send->ack) {
    id_make(forward, parcel->id);
    at = sift_put_str(literal_put(at, "chunk"), sift_span(parcel->id, sizeof parcel->id));
  }
  at = sift_put_unsigned(literal_put(at, "size"), records);
  if (compressed) {
    at = literal_put(literal_put(at, "compressed"), send->compression == SIFT_GEN_ZSTD ? "zstd" : "gzip");
  }
  return at;
}

/* [tag, time, record], with an option only where an ack is wanted. */
static void message_put(struct sift_gen_forward *forward, struct sift_gen_parcel *parcel, const struct sift_gen_record *record) {
  const struct sift_gen_send_options *send = forward->send;
  struct sift_gen_text *out = &parcel->bytes;
  struct sift_span tag = sift_span_of(send->tag);
  char *room = sift_gen_text_room(out, HEADS_MAX + tag.len);
  if (room == NULL) {
    return;
  }
  char *at = sift_put_str(sift_put_array(room, PARTS + send->ack), tag);
  out->len += (size_t)(at - room);
  entry_put(forward, out, record);
  if (send->ack && (room = sift_gen_text_room(out, HEADS_MAX)) != NULL) {
    out->len += (size_t)(option_put(forward, room, parcel, 1) - room);
  }
  parcel->messages++;
}

void sift_gen_forward_put(struct sift_gen_forward *forward, struct sift_gen_parcel *parcel, const struct sift_gen_record *record) {
  if (forward->send->mode == SIFT_GEN_MESSAGE) {
    message_put(forward, parcel, record);
    return;
  }
  entry_put(forward, &forward->entries, record);
  forward->records++;
  parcel->bytes.failed |= forward->entries.failed;
}

/* The entries as they go into the message: packed small where that is wanted. */
static enum sift_status body_make(struct sift_gen_forward *forward, struct sift_span *body) {
  *body = sift_span(forward->entries.bytes, forward->entries.len);
  if (forward->press == NULL) {
    return SIFT_OK;
  }
  sift_gen_text_clear(&forward->pressed);
  enum sift_status status = sift_gen_press_put(forward->press, *body, SIFT_GEN_PRESS_END, &forward->pressed);
  *body = sift_span(forward->pressed.bytes, forward->pressed.len);
  return status;
}

enum sift_status sift_gen_forward_close(struct sift_gen_forward *forward, struct sift_gen_parcel *parcel) {
  if (forward->records == 0) {
    return parcel->bytes.failed ? SIFT_ENOMEM : SIFT_OK;
  }
  struct sift_span tag = sift_span_of(forward->send->tag);
  struct sift_span body;
  enum sift_status status = body_make(forward, &body);
  char *room = status == SIFT_OK ? sift_gen_text_room(&parcel->bytes, HEADS_MAX + tag.len + body.len) : NULL;
  if (room == NULL) {
    return SIFT_ENOMEM;
  }
  char *at = sift_put_str(sift_put_array(room, PARTS), tag);
  at = forward->send->mode == SIFT_GEN_FORWARDED ? sift_put_array(at, forward->records) : sift_put_bin_head(at, body.len);
  at = option_put(forward, sift_put_bytes(at, body), parcel, forward->records);
  parcel->bytes.len += (size_t)(at - room);
  parcel->messages++;
  forward->records = 0;
  sift_gen_text_clear(&forward->entries);
  return SIFT_OK;
}
