/* Maps whose first key is "journal" stand behind the events; `spacesift events` passes over them. A map is kept small, since
 * readers bound it: many Spaces are several maps. */
#include "ingest/serve/entry.h"

#include <string.h>

#include "engine/event_read.h"
#include "engine/unpack.h"
#include "engine/worker.h"

enum {
  ENTRY_VERSION = 1,
  LINES_A_MAP = 200, /* each at most SIFT_SPACE_NAME_MAX and two numbers: some 50 KB */
  CHUNKS_A_MAP = 1000,
  SOURCE_BYTES_MAX = 1024,
  REASON_BYTES_MAX = 64,
};

/* ---- writing ---- */

static char *put_key(char *at, const char *key) {
  return sift_put_str(at, sift_span_of(key));
}

/* The map's head, with `pairs` more to come. */
static char *put_head(char *at, uint32_t pairs) {
  return sift_put_unsigned(put_key(sift_put_map(at, pairs + 1), "journal"), ENTRY_VERSION);
}

static enum sift_status encode_batch(const struct sift_entry *entry, struct sift_pack *out) {
  char *at = sift_pack_reserve(out, (size_t)8 * SIFT_PACK_MAX + 64 + SOURCE_BYTES_MAX);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  struct sift_span source = entry->source;
  source.len = source.len > SOURCE_BYTES_MAX ? SOURCE_BYTES_MAX : source.len;
  at = sift_put_text(put_key(put_head(at, 3), "source"), source);
  at = sift_put_time(put_key(at, "received"), entry->received_ns);
  at = sift_put_unsigned(put_key(at, "offset"), entry->offset_end);
  sift_pack_commit(out, at);
  return SIFT_OK;
}

static enum sift_status encode_lines(const struct sift_entry_lines *lines, size_t count, struct sift_pack *out) {
  size_t size = (size_t)4 * SIFT_PACK_MAX;
  for (size_t i = 0; i < count; i++) {
    size += (size_t)4 * SIFT_PACK_MAX + lines[i].space.len;
  }
  char *at = sift_pack_reserve(out, size);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = sift_put_array(put_key(put_head(at, 1), "lines"), (uint32_t)count);
  for (size_t i = 0; i < count; i++) {
    at = sift_put_text(sift_put_array(at, 3), lines[i].space);
    at = sift_put_unsigned(sift_put_unsigned(at, lines[i].lines), lines[i].bytes);
  }
  sift_pack_commit(out, at);
  return SIFT_OK;
}

static enum sift_status encode_damage(const struct sift_entry *entry, struct sift_pack *out) {
  char *at =
      sift_pack_reserve(out, (size_t)4 * SIFT_PACK_MAX + entry->damage_count * (size_t)(4 * SIFT_PACK_MAX + REASON_BYTES_MAX));
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = sift_put_array(put_key(put_head(at, 1), "damage"), (uint32_t)entry->damage_count);
  for (size_t i = 0; i < entry->damage_count; i++) {
    const struct sift_entry_damage *damage = &entry->damages[i];
    at = sift_put_str(sift_put_array(at, 3), sift_span_of(sift_reason_name(damage->reason)));
    at = sift_put_unsigned(sift_put_unsigned(at, damage->count), damage->offset);
  }
  sift_pack_commit(out, at);
  return SIFT_OK;
}

static enum sift_status encode_chunks(const struct sift_chunk_key *chunks, size_t count, struct sift_pack *out) {
  char *at = sift_pack_reserve(out, (size_t)4 * SIFT_PACK_MAX + count * (2 + sizeof *chunks));
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = sift_put_array(put_key(put_head(at, 1), "chunks"), (uint32_t)count);
  for (size_t i = 0; i < count; i++) {
    at = sift_put_bin_head(at, sizeof *chunks);
    at = sift_put_big(sift_put_big(at, chunks[i].high, 8), chunks[i].low, 8);
  }
  sift_pack_commit(out, at);
  return SIFT_OK;
}

enum sift_status sift_entry_encode(const struct sift_entry *entry, struct sift_pack *out) {
  char *at = sift_pack_reserve(out, entry->events.len + 1);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(out, sift_put_bytes(at, entry->events));
  enum sift_status status = encode_batch(entry, out);
  for (size_t i = 0; i < entry->line_count && status == SIFT_OK; i += LINES_A_MAP) {
    size_t left = entry->line_count - i;
    status = encode_lines(entry->lines + i, left < LINES_A_MAP ? left : LINES_A_MAP, out);
  }
  if (status == SIFT_OK && entry->damage_count > 0) {
    status = encode_damage(entry, out);
  }
  for (size_t i = 0; i < entry->chunk_count && status == SIFT_OK; i += CHUNKS_A_MAP) {
    size_t left = entry->chunk_count - i;
    status = encode_chunks(entry->chunks + i, left < CHUNKS_A_MAP ? left : CHUNKS_A_MAP, out);
  }
  return status;
}

/* ---- reading ---- */

/* What one payload is applied to. */
struct apply {
  struct sift_worker *worker;
  struct sift_chunk_ids *ids;
  uint64_t seq;
  struct sift_entry_applied *out;
  enum sift_status status;
};

static bool is_ours(struct sift_cursor cursor) {
  sift_take_map(&cursor, 64);
  sift_take_key(&cursor, "journal");
  return cursor.fault == SIFT_FAULT_NONE;
}

static void apply_lines(struct apply *apply, struct sift_cursor *cursor) {
  uint32_t count = sift_take_array(cursor, LINES_A_MAP);
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE && apply->status == SIFT_OK; i++) {
    sift_cursor_expect(cursor, sift_take_array(cursor, 3) == 3);
    struct sift_span space = sift_take_text(cursor, SIFT_SPACE_NAME_MAX);
    uint64_t lines = sift_take_unsigned(cursor);
    uint64_t bytes = sift_take_unsigned(cursor);
    if (cursor->fault == SIFT_FAULT_NONE) {
      apply->status = sift_worker_count(apply->worker, space, lines, bytes);
    }
  }
}

static bool find_reason(struct sift_span name, enum sift_reason *out) {
  for (int i = 0; i < SIFT_REASONS; i++) {
    if (sift_span_equal(sift_span_of(sift_reason_name((enum sift_reason)i)), name)) {
      *out = (enum sift_reason)i;
      return true;
    }
  }
  return false;
}

static void apply_damage(struct apply *apply, struct sift_cursor *cursor) {
  uint32_t count = sift_take_array(cursor, 4096);
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE && apply->status == SIFT_OK; i++) {
    enum sift_reason reason = SIFT_REASONS;
    sift_cursor_expect(cursor, sift_take_array(cursor, 3) == 3);
    bool known = find_reason(sift_take_text(cursor, REASON_BYTES_MAX), &reason);
    uint64_t times = sift_take_unsigned(cursor);
    uint64_t offset = sift_take_unsigned(cursor);
    if (cursor->fault == SIFT_FAULT_NONE && known) {
      apply->status = sift_worker_damages(apply->worker, reason, offset, times);
    }
  }
}

static void apply_chunks(struct apply *apply, struct sift_cursor *cursor) {
  uint32_t count = sift_take_array(cursor, CHUNKS_A_MAP);
  for (uint32_t i = 0; i < count && cursor->fault == SIFT_FAULT_NONE; i++) {
    struct sift_span bytes = sift_take_text(cursor, sizeof(struct sift_chunk_key));
    sift_cursor_expect(cursor, bytes.len == sizeof(struct sift_chunk_key));
    if (cursor->fault == SIFT_FAULT_NONE && apply->ids != NULL) {
      uint64_t parts[2];
      memcpy(parts, bytes.data, sizeof parts);
      struct sift_chunk_key key = {.high = __builtin_bswap64(parts[0]), .low = __builtin_bswap64(parts[1])};
      sift_chunk_ids_put(apply->ids, key, apply->out->received_ns, apply->seq);
    }
  }
}

static void apply_source(struct apply *apply, struct sift_cursor *cursor) {
  struct sift_span source = sift_take_text(cursor, SOURCE_BYTES_MAX);
  if (cursor->fault == SIFT_FAULT_NONE) {
    apply->status = sift_worker_source(apply->worker, source);
  }
}

static void apply_pair(struct apply *apply, struct sift_cursor *cursor) {
  struct sift_span key = sift_take_text(cursor, 64);
  if (sift_span_equal(key, sift_span_of("lines"))) {
    apply_lines(apply, cursor);
  } else if (sift_span_equal(key, sift_span_of("damage"))) {
    apply_damage(apply, cursor);
  } else if (sift_span_equal(key, sift_span_of("chunks"))) {
    apply_chunks(apply, cursor);
  } else if (sift_span_equal(key, sift_span_of("source"))) {
    apply_source(apply, cursor);
  } else if (sift_span_equal(key, sift_span_of("received"))) {
    apply->out->received_ns = sift_take_time(cursor);
  } else if (sift_span_equal(key, sift_span_of("offset"))) {
    apply->out->offset_end = sift_take_unsigned(cursor);
  } else {
    sift_take_any(cursor); /* what a later program adds */
  }
}

static void apply_map(struct apply *apply, struct sift_cursor *cursor) {
  uint32_t pairs = sift_take_map(cursor, 64);
  sift_take_key(cursor, "journal");
  sift_cursor_expect(cursor, sift_take_unsigned(cursor) == ENTRY_VERSION);
  for (uint32_t i = 1; i < pairs && cursor->fault == SIFT_FAULT_NONE && apply->status == SIFT_OK; i++) {
    apply_pair(apply, cursor);
  }
}

static void apply_event(struct apply *apply, struct sift_cursor *cursor) {
  struct sift_event_record event;
  bool known = false;
  sift_event_take(cursor, &event);
  if (cursor->fault == SIFT_FAULT_NONE) {
    apply->status = sift_worker_replay(apply->worker, &event, &known);
    apply->out->events++;
    apply->out->unknown_events += !known;
  }
}

enum sift_status sift_entry_apply(struct sift_span payload, uint64_t seq, struct sift_worker *worker, struct sift_chunk_ids *ids,
                                  struct sift_entry_applied *out) {
  struct sift_cursor cursor = sift_cursor(payload);
  struct apply apply = {.worker = worker, .ids = ids, .seq = seq, .out = out};
  *out = (struct sift_entry_applied){0};
  bool events = true;
  while (cursor.at < cursor.end && cursor.fault == SIFT_FAULT_NONE && apply.status == SIFT_OK) {
    if (!is_ours(cursor)) {
      apply_event(&apply, &cursor);
      events = true;
      continue;
    }
    if (events) { /* the last line is complete */
      apply.status = sift_worker_replayed(worker);
      events = false;
    }
    apply_map(&apply, &cursor);
  }
  if (apply.status == SIFT_OK && events) {
    apply.status = sift_worker_replayed(worker);
  }
  if (apply.status == SIFT_OK) {
    apply.status = sift_worker_tidy_live(worker);
  }
  return apply.status == SIFT_OK && cursor.fault != SIFT_FAULT_NONE ? SIFT_ECORRUPT : apply.status;
}
