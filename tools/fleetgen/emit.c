#include "tools/fleetgen/emit.h"

#include "tools/fleetgen/escape.h"

enum { REPLAY_BYTES_MAX = 64 * 1024, RECONNECT_PERCENT = 25, FLAVOURS = 5 };

#define PUT(out, literal) sift_gen_text_put((out), (literal), sizeof(literal) - 1)

/* The Hub's own marks end in a newline inside the JSON string, an app's lines do not. */
static void data_put(struct sift_gen_text *out, const struct sift_gen_record *record) {
  PUT(out, "\"data\":\"");
  sift_gen_escape_put(out, record->text, record->broken);
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
