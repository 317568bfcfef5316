#include "tools/fleetgen/emit.h"

#include <assert.h>
#include <endian.h>

enum { REPLAY_BYTES_MAX = 64 * 1024, RECONNECT_PERCENT = 25, FLAVOURS = 5, ESCAPE_BYTES_MAX = 6 };

#define PUT(out, literal) sift_gen_text_put((out), (literal), sizeof(literal) - 1)

/* What JSON must escape, and bytes that are never UTF-8. */
static bool special(unsigned char c, bool broken) {
  return c < 0x20 || c == '"' || c == '\\' || (broken && c >= 0xc0 && (c < 0xc2 || c > 0xf4));
}

/* At most ESCAPE_BYTES_MAX bytes; gives where they end. */
static char *special_write(char *room, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  static const char shorts[] = "\"\"\\\\\rr\nn\tt\bb\ff";
  if (c >= 0xc0) {
    memcpy(room, "\\ufffd", ESCAPE_BYTES_MAX);
    return room + ESCAPE_BYTES_MAX;
  }
  for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
    if ((unsigned char)shorts[i] == c) {
      room[0] = '\\';
      room[1] = shorts[i + 1];
      return room + 2;
    }
  }
  const char escape[ESCAPE_BYTES_MAX] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  memcpy(room, escape, sizeof(escape));
  return room + sizeof(escape);
}

/* Which bytes of a word JSON must escape: their high bits, of which the lowest that is set is right (Mycroft's test for a zero or a
 * small byte; a borrow may set bits above it). */
static uint64_t specials_of(uint64_t word) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t quote = word ^ (ones * '"');
  uint64_t backslash = word ^ (ones * '\\');
  uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
  return found & (ones << 7);
}

/* Escapes as it copies, eight bytes at a time. */
static void json_put_plain(struct sift_gen_text *out, struct sift_span text) {
  char *room = sift_gen_text_room(out, text.len * ESCAPE_BYTES_MAX + sizeof(uint64_t));
  if (room == NULL) {
    return;
  }
  size_t i = 0;
  while (i + sizeof(uint64_t) <= text.len) {
    uint64_t word;
    memcpy(&word, text.data + i, sizeof(word));
    memcpy(room, &word, sizeof(word));
    uint64_t found = specials_of(le64toh(word));
    size_t plain = found != 0 ? (size_t)__builtin_ctzll(found) / 8 : sizeof(word);
    room += plain;
    i += plain;
    if (found != 0) {
      room = special_write(room, (unsigned char)text.data[i++]);
    }
  }
  for (; i < text.len; i++) {
    if (special((unsigned char)text.data[i], false)) {
      room = special_write(room, (unsigned char)text.data[i]);
    } else {
      *room++ = text.data[i];
    }
  }
  out->len = (size_t)(room - out->bytes);
}

static void json_put_broken(struct sift_gen_text *out, struct sift_span text) {
  char *room = sift_gen_text_room(out, text.len * ESCAPE_BYTES_MAX);
  for (size_t i = 0; room != NULL && i < text.len; i++) {
    if (special((unsigned char)text.data[i], true)) {
      room = special_write(room, (unsigned char)text.data[i]);
    } else {
      *room++ = text.data[i];
    }
  }
  out->len = room != NULL ? (size_t)(room - out->bytes) : out->len;
}

/* The Hub's own marks end in a newline inside the JSON string, an app's lines do not. */
static void data_put(struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "\"data\":\"");
  if (record->broken) {
    json_put_broken(out, record->text);
  } else {
    json_put_plain(out, record->text);
  }
  if (sift_span_starts(record->text, "=====")) {
    PUT(out, "\\n");
  }
  PUT(out, "\"");
}

static void timestamp_put(struct sift_gen_emitter *emitter, struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "\"timestamp\":\"");
  sift_gen_time_put(out, &emitter->day, record->time_ns, emitter->seconds ? SIFT_GEN_TIME_SECOND : SIFT_GEN_TIME_ZULU);
  PUT(out, "\"");
}

static void api_object_put(struct sift_gen_emitter *emitter, struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "{");
  data_put(out, record);
  PUT(out, ",");
  timestamp_put(emitter, out, record);
  PUT(out, "}");
}

static void place_put(struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "\"space\":\"");
  sift_gen_text_put(out, record->space.data, record->space.len);
  PUT(out, "\",\"channel\":\"");
  switch (record->channel) {
  case SIFT_GEN_BUILD:
    PUT(out, "build\"");
    break;
  case SIFT_GEN_RUN:
    PUT(out, "run\"");
    break;
  default:
    PUT(out, "platform\"");
    break;
  }
}

/* Collectors differ in the order of keys and in what else they add. */
static void mixed_put(struct sift_gen_emitter *emitter, struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "{");
  switch (emitter->flavour) {
  case 0:
    timestamp_put(emitter, out, record);
    PUT(out, ",");
    place_put(out, record);
    PUT(out, ",");
    data_put(out, record);
    break;
  case 1:
    place_put(out, record);
    PUT(out, ",");
    data_put(out, record);
    PUT(out, ",\"stream\":\"stdout\",");
    timestamp_put(emitter, out, record);
    break;
  case 2:
    data_put(out, record);
    PUT(out, ",");
    timestamp_put(emitter, out, record);
    PUT(out, ",");
    place_put(out, record);
    PUT(out, ",\"labels\":{\"cluster\":\"spaces-eu-1\",\"sampled\":false}");
    break;
  case 3:
    PUT(out, "\"host\":\"ip-10-16-");
    sift_gen_text_number(out, record->index % 48, 0);
    PUT(out, "-7\",");
    timestamp_put(emitter, out, record);
    PUT(out, ",");
    data_put(out, record);
    PUT(out, ",");
    place_put(out, record);
    break;
  default:
    timestamp_put(emitter, out, record);
    PUT(out, ",\"seq\":");
    sift_gen_text_number(out, (uint64_t)record->time_ns / 1000000 % 100000000, 0);
    PUT(out, ",");
    place_put(out, record);
    PUT(out, ",\"attrs\":null,");
    data_put(out, record);
    break;
  }
  PUT(out, "}\n");
}

/* The server sends all it still has, from the start. */
static void reconnect(struct sift_gen_emitter *emitter, struct sift_gen_text *out) {
  PUT(out, ": keep-alive\n\n");
  sift_gen_text_put(out, emitter->replay.bytes, emitter->replay.len);
  sift_gen_text_release(&emitter->replay);
}

static void sse_put(struct sift_gen_emitter *emitter, struct sift_gen_text *out, const struct sift_gen_record *record) {
  size_t begin = out->len;
  PUT(out, "data: ");
  api_object_put(emitter, out, record);
  PUT(out, "\n\n");
  if (emitter->until_reconnect > 0 && out->len > begin) {
    sift_gen_text_put(&emitter->replay, out->bytes + begin, out->len - begin);
    emitter->until_reconnect--;
    if (emitter->replay.len > REPLAY_BYTES_MAX) {
      emitter->until_reconnect = 0;
    }
    if (emitter->until_reconnect == 0) {
      reconnect(emitter, out);
    }
  }
  if (emitter->until_keep_alive-- == 0) {
    PUT(out, ": keep-alive\n\n");
    emitter->until_keep_alive = sift_rng_below(&emitter->rng, 400);
  }
  out->failed |= emitter->replay.failed;
}

void sift_gen_emitter_init(struct sift_gen_emitter *emitter) {
  *emitter = (struct sift_gen_emitter){.format = SIFT_GEN_RAW};
}

void sift_gen_emitter_release(struct sift_gen_emitter *emitter) {
  sift_gen_text_release(&emitter->replay);
}

void sift_gen_emitter_begin(struct sift_gen_emitter *emitter, enum sift_gen_format format, uint64_t seed) {
  emitter->format = format;
  sift_rng_init(&emitter->rng, seed);
  emitter->seconds = format != SIFT_GEN_MIXED && sift_rng_chance(&emitter->rng, 30);
  emitter->flavour = sift_rng_below(&emitter->rng, FLAVOURS);
  emitter->until_keep_alive = sift_rng_below(&emitter->rng, 400);
  emitter->until_reconnect = 0;
  sift_gen_text_clear(&emitter->replay);
  if (format == SIFT_GEN_SSE && sift_rng_chance(&emitter->rng, RECONNECT_PERCENT)) {
    emitter->until_reconnect = 1 + sift_rng_below(&emitter->rng, 200);
  }
}

void sift_gen_emit(struct sift_gen_emitter *emitter, struct sift_gen_text *out, const struct sift_gen_record *record) {
  switch (emitter->format) {
  case SIFT_GEN_RAW:
    sift_gen_text_put(out, record->text.data, record->text.len);
    PUT(out, "\n");
    break;
  case SIFT_GEN_JSONL:
    api_object_put(emitter, out, record);
    PUT(out, "\n");
    break;
  case SIFT_GEN_SSE:
    sse_put(emitter, out, record);
    break;
  case SIFT_GEN_MIXED:
    mixed_put(emitter, out, record);
    break;
  }
}
