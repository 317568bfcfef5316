#include <assert.h>
#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

#include "engine/pack.h"
#include "engine/state_format.h"

enum {
  PACK_FLUSH = 128 * 1024, /* packed bytes that are handed to zstd at once */
  SLOTS_START = 16,
};

/* The distinct sources of one Space, numbered in the order that its sorted evidence first names them. */
struct sources {
  const char **names;
  uint32_t count, capacity;
  uint32_t *slots; /* open addressing, at most half full: number + 1, or 0 */
  uint32_t slot_count;
  const char *last; /* most instants of a Space share their source, and most often its address */
  uint32_t last_number;
};

/* Of the sources of an evidence's first and last instant. */
struct numbers {
  uint32_t first, last;
};

struct sift_state_writer {
  struct sift_state_output output;
  size_t rule_count;
  enum sift_status status; /* the first error */
  ZSTD_CCtx *zstd;
  struct sift_pack packed;
  char *compressed;
  size_t compressed_size;
  char last_name[SIFT_SPACE_NAME_MAX];
  size_t last_name_len;
  struct sources sources;
  struct numbers *numbers;
  size_t number_capacity;
};

/* --- compression ------------------------------------------------------------------------------------------------------- */

static enum sift_status compress(struct sift_state_writer *writer, ZSTD_EndDirective directive) {
  ZSTD_inBuffer in = {.src = writer->packed.bytes, .size = writer->packed.len};
  size_t left = 1;
  while (directive == ZSTD_e_end ? left != 0 : in.pos < in.size) {
    ZSTD_outBuffer out = {.dst = writer->compressed, .size = writer->compressed_size};
    left = ZSTD_compressStream2(writer->zstd, &out, &in, directive);
    if (ZSTD_isError(left)) {
      return SIFT_ENOMEM;
    }
    if (out.pos > 0) {
      enum sift_status status = writer->output.write(writer->output.context, writer->compressed, out.pos);
      if (status != SIFT_OK) {
        return status;
      }
    }
  }
  writer->packed.len = 0;
  return SIFT_OK;
}

static enum sift_status flush(void *context) {
  struct sift_state_writer *writer = context;
  return writer->packed.len >= PACK_FLUSH ? compress(writer, ZSTD_e_continue) : SIFT_OK;
}

/* What is compressed, and so the state, does not depend on how many threads do it, as long as it is not none (zstd.h, ZSTD_c_nbWorkers):
 * two keep the merge from waiting for one. */
static bool set_up_zstd(ZSTD_CCtx *zstd, bool background) {
  if (background) {
    (void)ZSTD_CCtx_setParameter(zstd, ZSTD_c_nbWorkers, 2); /* refused by a libzstd without threads: then it takes longer */
  }
  return !ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, SIFT_STATE_LEVEL)) &&
         !ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, SIFT_STATE_WINDOW_LOG)) &&
         !ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1));
}

/* --- the header -------------------------------------------------------------------------------------------------------- */

static char *put_key(char *at, const char *key) {
  return sift_put_str(at, sift_span_of(key));
}

static struct sift_span header_text(const char *text) {
  struct sift_span whole = sift_span_of(text);
  return sift_span(whole.data, sift_cut_utf8(whole, SIFT_STATE_ID_BYTES_MAX));
}

static enum sift_status pack_ids(struct sift_pack *pack, const char *key, const char *const *ids, size_t count) {
  char *at = sift_pack_reserve(pack, 64 + count * (3 + SIFT_STATE_ID_BYTES_MAX));
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = sift_put_array(put_key(at, key), (uint32_t)count);
  for (size_t i = 0; i < count; i++) {
    at = sift_put_text(at, header_text(ids[i]));
  }
  sift_pack_commit(pack, at);
  return SIFT_OK;
}

static enum sift_status pack_header(struct sift_pack *pack, const struct sift_state_header *header) {
  char *at = sift_pack_reserve(pack, 256 + 3 * (3 + SIFT_STATE_ID_BYTES_MAX));
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = put_key(put_key(sift_put_map(at, 5), "spacesift"), "state");
  at = sift_put_unsigned(put_key(at, "v"), SIFT_STATE_VERSION);
  at = sift_put_map(put_key(at, "ruleset"), 3);
  at = sift_put_text(put_key(at, "name"), header_text(header->ruleset_name));
  at = sift_put_text(put_key(at, "version"), header_text(header->ruleset_version));
  at = sift_put_text(put_key(at, "hash"), header_text(header->ruleset_hash));
  sift_pack_commit(pack, at);
  enum sift_status status = pack_ids(pack, "rules", header->rules, header->rule_count);
  return status == SIFT_OK ? pack_ids(pack, "classes", header->classes, header->class_count) : status;
}

enum sift_status sift_state_writer_new(struct sift_state_writer **out, struct sift_state_output output,
                                       const struct sift_state_header *header) {
  assert(header->rule_count <= SIFT_RULES_MAX && header->class_count <= SIFT_CLASSES_MAX);
  *out = NULL;
  struct sift_state_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) {
    return SIFT_ENOMEM;
  }
  writer->output = output;
  writer->rule_count = header->rule_count;
  writer->zstd = ZSTD_createCCtx();
  writer->compressed_size = ZSTD_CStreamOutSize();
  writer->compressed = malloc(writer->compressed_size);
  if (writer->zstd == NULL || writer->compressed == NULL || !set_up_zstd(writer->zstd, output.background) ||
      pack_header(&writer->packed, header) != SIFT_OK) {
    sift_state_writer_free(writer);
    return SIFT_ENOMEM;
  }
  *out = writer;
  return SIFT_OK;
}

void sift_state_writer_free(struct sift_state_writer *writer) {
  if (writer == NULL) {
    return;
  }
  ZSTD_freeCCtx(writer->zstd);
  sift_pack_release(&writer->packed);
  free(writer->compressed);
  free((void *)writer->sources.names);
  free(writer->sources.slots);
  free(writer->numbers);
  free(writer);
}

/* --- the sources of a Space -------------------------------------------------------------------------------------------- */

static uint32_t slot_of(const struct sources *sources, const char *name) {
  uint32_t mask = sources->slot_count - 1;
  uint32_t at = (uint32_t)XXH3_64bits(name, strlen(name)) & mask;
  while (sources->slots[at] != 0 && strcmp(sources->names[sources->slots[at] - 1], name) != 0) {
    at = (at + 1) & mask;
  }
  return at;
}

/* Twice the room, and all names in their new places. */
static bool grow_sources(struct sources *sources) {
  uint32_t slot_count = sources->slot_count == 0 ? SLOTS_START : sources->slot_count * 2;
  const char **names = realloc((void *)sources->names, slot_count / 2 * sizeof *names);
  if (names == NULL) {
    return false;
  }
  sources->names = names;
  sources->capacity = slot_count / 2;
  uint32_t *slots = calloc(slot_count, sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  free(sources->slots);
  sources->slots = slots;
  sources->slot_count = slot_count;
  for (uint32_t i = 0; i < sources->count; i++) {
    slots[slot_of(sources, names[i])] = i + 1;
  }
  return true;
}

static bool number_source(struct sources *sources, const char *name, uint32_t *number) {
  if (name == sources->last) {
    *number = sources->last_number;
    return true;
  }
  if (sources->count == sources->capacity && !grow_sources(sources)) {
    return false;
  }
  uint32_t slot = slot_of(sources, name);
  if (sources->slots[slot] == 0) {
    sources->names[sources->count++] = name;
    sources->slots[slot] = sources->count;
  }
  sources->last = name;
  sources->last_number = sources->slots[slot] - 1;
  *number = sources->last_number;
  return true;
}

static void forget_sources(struct sources *sources) {
  if (sources->count > 0) {
    memset(sources->slots, 0, sources->slot_count * sizeof *sources->slots);
  }
  sources->count = 0;
  sources->last = NULL;
}

static bool number_sources(struct sift_state_writer *writer, const struct sift_space *space) {
  if (space->evidence_count > writer->number_capacity) {
    size_t capacity = 2 * (size_t)space->evidence_count;
    struct numbers *numbers = realloc(writer->numbers, capacity * sizeof *numbers);
    if (numbers == NULL) {
      return false;
    }
    writer->numbers = numbers;
    writer->number_capacity = capacity;
  }
  forget_sources(&writer->sources);
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    if (!number_source(&writer->sources, evidence->first.source, &writer->numbers[i].first) ||
        !number_source(&writer->sources, evidence->last.source, &writer->numbers[i].last)) {
      return false;
    }
  }
  return true;
}

/* --- times ------------------------------------------------------------------------------------------------------------- */

/* How the times of a Space are told: base_ns + n * unit. */
struct scale {
  int64_t base_ns; /* the earliest, or SIFT_TIME_NONE where no instant is dated */
  unsigned unit;   /* index into sift_state_units */
};

/* A switch, as dividing by constants is several times as fast. */
static uint64_t in_units(uint64_t past_ns, unsigned unit) {
  switch (unit) {
  case 0:
    return past_ns / 1000000000;
  case 1:
    return past_ns / 1000000;
  case 2:
    return past_ns / 1000;
  default:
    return past_ns;
  }
}

static void lower_base(struct scale *scale, int64_t time_ns) {
  if (time_ns != SIFT_TIME_NONE && (scale->base_ns == SIFT_TIME_NONE || time_ns < scale->base_ns)) {
    scale->base_ns = time_ns;
  }
}

static uint64_t past_base(const struct scale *scale, int64_t time_ns) {
  return (uint64_t)time_ns - (uint64_t)scale->base_ns;
}

static void refine_unit(struct scale *scale, int64_t time_ns) {
  uint64_t past = time_ns == SIFT_TIME_NONE ? 0 : past_base(scale, time_ns);
  while (in_units(past, scale->unit) * sift_state_units[scale->unit] != past) {
    scale->unit++;
  }
}

static struct scale scale_of(const struct sift_space *space) {
  struct scale scale = {.base_ns = SIFT_TIME_NONE};
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    lower_base(&scale, space->evidence[i].first.time_ns);
    lower_base(&scale, space->evidence[i].last.time_ns);
  }
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    refine_unit(&scale, space->evidence[i].first.time_ns);
    refine_unit(&scale, space->evidence[i].last.time_ns);
  }
  return scale;
}

/* --- a Space ----------------------------------------------------------------------------------------------------------- */

static char *put_instant(char *at, const struct scale *scale, const struct sift_instant *instant, uint32_t source) {
  at = sift_put_array(at, SIFT_STATE_INSTANT_ITEMS);
  if (instant->time_ns == SIFT_TIME_NONE) {
    at = sift_put_nil(at);
  } else {
    at = sift_put_unsigned(at, in_units(past_base(scale, instant->time_ns), scale->unit));
  }
  return sift_put_unsigned(sift_put_unsigned(at, source), instant->offset);
}

static enum sift_status pack_evidence(struct sift_pack *pack, const struct scale *scale, const struct sift_evidence *evidence,
                                      const struct numbers *sources) {
  const struct sift_sample *sample = &evidence->sample;
  char *at = sift_pack_reserve(pack, 128 + (size_t)sample->size);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = sift_put_array(at, SIFT_STATE_EVIDENCE_ITEMS);
  at = sift_put_bool(sift_put_unsigned(at, evidence->rule), evidence->demoted);
  at = sift_put_unsigned(at, evidence->count);
  at = put_instant(at, scale, &evidence->first, sources->first);
  if (sift_instant_compare(&evidence->first, &evidence->last) == 0) {
    at = sift_put_nil(at);
  } else {
    at = put_instant(at, scale, &evidence->last, sources->last);
  }
  at = sift_put_unsigned(at, sample->line);
  at = sift_put_text_head(at, sift_sample_text(sample));
  at = sift_put_bytes(at, sift_span(sample->bytes, sample->size)); /* the fields stand packed behind the text */
  sift_pack_commit(pack, at);
  return SIFT_OK;
}

static enum sift_status pack_sources(struct sift_pack *pack, const struct sources *sources) {
  for (uint32_t i = 0; i < sources->count; i++) {
    struct sift_span name = sift_span_of(sources->names[i]);
    name.len = sift_cut_utf8(name, SIFT_STATE_SOURCE_BYTES_MAX);
    char *at = sift_pack_reserve(pack, name.len + SIFT_PACK_MAX);
    if (at == NULL) {
      return SIFT_ENOMEM;
    }
    sift_pack_commit(pack, sift_put_text(at, name));
  }
  return SIFT_OK;
}

static enum sift_status pack_space(struct sift_state_writer *writer, const struct sift_space *space) {
  struct sift_pack *pack = &writer->packed;
  struct scale scale = scale_of(space);
  char *at = sift_pack_reserve(pack, SIFT_SPACE_NAME_MAX + 6 * SIFT_PACK_MAX);
  if (at == NULL || !number_sources(writer, space)) {
    return SIFT_ENOMEM;
  }
  at = sift_put_str(sift_put_array(at, SIFT_STATE_SPACE_ITEMS), space->name);
  at = sift_put_unsigned(sift_put_unsigned(at, space->lines), space->bytes);
  at = scale.base_ns == SIFT_TIME_NONE ? sift_put_nil(at) : sift_put_signed(at, scale.base_ns);
  at = sift_put_unsigned(at, sift_state_units[scale.unit]);
  sift_pack_commit(pack, sift_put_array(at, writer->sources.count));
  enum sift_status status = pack_sources(pack, &writer->sources);
  if (status == SIFT_OK && (at = sift_pack_reserve(pack, SIFT_PACK_MAX)) == NULL) {
    status = SIFT_ENOMEM;
  }
  if (status == SIFT_OK) {
    sift_pack_commit(pack, sift_put_array(at, space->evidence_count));
  }
  for (uint32_t i = 0; status == SIFT_OK && i < space->evidence_count; i++) {
    assert(space->evidence[i].rule < writer->rule_count);
    status = pack_evidence(pack, &scale, &space->evidence[i], &writer->numbers[i]);
  }
  return status;
}

static void remember_name(struct sift_state_writer *writer, struct sift_span name) {
  assert(name.len > 0 && name.len <= SIFT_SPACE_NAME_MAX);
  assert(sift_span_compare(sift_span(writer->last_name, writer->last_name_len), name) < 0);
  memcpy(writer->last_name, name.data, name.len);
  writer->last_name_len = name.len;
}

enum sift_status sift_state_write(struct sift_state_writer *writer, const struct sift_space *space) {
  if (writer->status == SIFT_OK) {
    remember_name(writer, space->name);
    writer->status = pack_space(writer, space);
  }
  if (writer->status == SIFT_OK) {
    writer->status = flush(writer);
  }
  return writer->status;
}

enum sift_status sift_state_finish(struct sift_state_writer *writer, const struct sift_fleet *fleet) {
  if (writer->status == SIFT_OK) {
    writer->status = sift_state_pack_fleet(&writer->packed, fleet, flush, writer);
  }
  if (writer->status == SIFT_OK) {
    writer->status = compress(writer, ZSTD_e_end);
  }
  return writer->status;
}
