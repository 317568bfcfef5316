#include <assert.h>
#include <stdlib.h>

#include "engine/fleet_internal.h"
#include "engine/pack.h"
#include "engine/state_format.h"

enum {
  ITEM_BYTES_MAX = 16 * 1024, /* over the largest damage or window, so what must stand in the feed to read one */
  RANK_MAX = 64 - SIFT_SKETCH_BITS + 1,
};
#define TIME_S_MAX (INT64_MAX / 1000000000 - SIFT_WINDOW_SECONDS)
#define WINDOW_NS (SIFT_WINDOW_SECONDS * INT64_C(1000000000))

static_assert(ITEM_BYTES_MAX > SIFT_STATE_SOURCE_BYTES_MAX + 1024, "a damage must fit");
enum { WITNESSES_BYTES_MAX = SIFT_WITNESSES_MAX * (32 + SIFT_SPACE_NAME_MAX + SIFT_WITNESS_TEXT_BYTES_MAX) };
static_assert(ITEM_BYTES_MAX > SIFT_SKETCH_EXACT * 9 + WITNESSES_BYTES_MAX + 1024, "an exact sketch must fit");
static_assert(ITEM_BYTES_MAX > SIFT_STATE_SKETCH_REGISTERS + WITNESSES_BYTES_MAX + 1024, "a sketch of registers must fit");

/* --- packing ----------------------------------------------------------------------------------------------------------- */

static char *put_key(char *at, const char *key) {
  return sift_put_str(at, sift_span_of(key));
}

static char *put_count(char *at, const char *key, uint64_t value) {
  return sift_put_unsigned(put_key(at, key), value);
}

static char *put_sketch(char *at, const struct sift_sketch *sketch) {
  if (sketch->registers != NULL) {
    struct sift_span registers = sift_span((const char *)sketch->registers, SIFT_STATE_SKETCH_REGISTERS);
    return sift_put_bytes(sift_put_bin_head(at, registers.len), registers);
  }
  at = sift_put_array(at, sketch->count);
  for (uint32_t i = 0; i < sketch->count; i++) {
    at = sift_put_unsigned(at, sketch->hashes[i]);
  }
  return at;
}

static char *put_reasons(char *at, const uint64_t *reasons) {
  uint32_t count = 0;
  for (unsigned i = 0; i < SIFT_REASONS; i++) {
    count += reasons[i] > 0;
  }
  at = sift_put_map(at, count);
  for (unsigned i = 0; i < SIFT_REASONS; i++) {
    if (reasons[i] > 0) {
      at = put_count(at, sift_reason_name((enum sift_reason)i), reasons[i]);
    }
  }
  return at;
}

static char *put_totals(char *at, const struct sift_fleet *fleet) {
  at = sift_put_map(put_key(sift_put_map(at, 1), "fleet"), SIFT_STATE_FLEET_ITEMS);
  at = put_count(at, "shards", fleet->shards);
  at = put_count(at, "lines", fleet->lines);
  at = put_count(at, "bytes", fleet->bytes);
  at = put_count(at, "compressed_bytes", fleet->compressed_bytes);
  at = put_count(at, "hits", fleet->hits);
  at = put_count(at, "records_dropped", fleet->records_dropped);
  at = put_reasons(put_key(at, "reasons"), fleet->reasons);
  at = put_key(at, "newest");
  at = fleet->newest_ns == SIFT_TIME_NONE ? sift_put_nil(at) : sift_put_signed(at, fleet->newest_ns);
  return put_sketch(put_key(at, "overflow"), &fleet->overflow);
}

static char *put_damage(char *at, const struct sift_damage *damage) {
  struct sift_span source = sift_span_of(damage->source);
  source.len = sift_cut_utf8(source, SIFT_STATE_SOURCE_BYTES_MAX);
  at = sift_put_text(sift_put_array(at, 3), source);
  return put_key(sift_put_unsigned(at, damage->offset), sift_reason_name(damage->reason));
}

static char *put_witnesses(char *at, const struct sift_window *window) {
  at = sift_put_array(at, window->witnesses.count);
  for (uint32_t i = 0; i < window->witnesses.count; i++) {
    const struct sift_witness *witness = &window->witnesses.items[i];
    at = sift_put_unsigned(sift_put_array(at, 3), (uint64_t)(witness->time_ns - window->start_s * 1000000000));
    at = sift_put_text(sift_put_text(at, sift_witness_space(witness)), sift_witness_text(witness));
  }
  return at;
}

static char *put_window(char *at, const struct sift_window *window) {
  at = sift_put_unsigned(sift_put_array(at, SIFT_STATE_WINDOW_ITEMS), window->series.class_index);
  at = window->series.rule == SIFT_RULE_NONE ? sift_put_nil(at) : sift_put_unsigned(at, window->series.rule);
  return put_witnesses(put_sketch(sift_put_signed(at, window->start_s), &window->spaces), window);
}

static enum sift_status pack_windows(struct sift_pack *pack, const struct sift_fleet *fleet,
                                     enum sift_status (*flush)(void *context), void *context) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < fleet->window_count; i++) {
    char *at = sift_pack_reserve(pack, ITEM_BYTES_MAX);
    if (at == NULL) {
      return SIFT_ENOMEM;
    }
    size_t before = pack->len;
    sift_pack_commit(pack, put_window(at, &fleet->windows[i]));
    bytes += pack->len - before;
    enum sift_status status = bytes <= SIFT_STATE_WINDOWS_BYTES_MAX ? flush(context) : SIFT_ELIMIT;
    if (status != SIFT_OK) {
      return status;
    }
  }
  return SIFT_OK;
}

enum sift_status sift_state_pack_fleet(struct sift_pack *pack, const struct sift_fleet *fleet,
                                       enum sift_status (*flush)(void *context), void *context) {
  assert(fleet->damage_count <= SIFT_DAMAGES_MAX);
  char *at = sift_pack_reserve(pack, ITEM_BYTES_MAX);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = put_totals(at, fleet);
  sift_pack_commit(pack, sift_put_array(put_key(at, "damages"), (uint32_t)fleet->damage_count));
  for (size_t i = 0; i < fleet->damage_count; i++) {
    if ((at = sift_pack_reserve(pack, ITEM_BYTES_MAX)) == NULL) {
      return SIFT_ENOMEM;
    }
    sift_pack_commit(pack, put_damage(at, &fleet->damages[i]));
  }
  if ((at = sift_pack_reserve(pack, ITEM_BYTES_MAX)) == NULL) {
    return SIFT_ENOMEM;
  }
  sift_pack_commit(pack, sift_put_array(put_key(at, "windows"), (uint32_t)fleet->window_count));
  return pack_windows(pack, fleet, flush, context);
}

/* --- unpacking --------------------------------------------------------------------------------------------------------- */

/* Slides the feed behind what the cursor has read and sees to it that the next item stands in it whole. */
static enum sift_status refill(struct sift_feed *feed, struct sift_cursor *cursor) {
  if (cursor->fault != SIFT_FAULT_NONE) {
    return SIFT_ECORRUPT;
  }
  struct sift_span window = sift_feed_window(feed);
  sift_feed_take(feed, (size_t)(cursor->at - window.data));
  while (sift_feed_window(feed).len < ITEM_BYTES_MAX) {
    enum sift_status status = sift_feed_more(feed, true);
    if (status == SIFT_END) {
      break;
    }
    if (status != SIFT_OK) {
      return status;
    }
  }
  *cursor = sift_cursor(sift_feed_window(feed));
  return SIFT_OK;
}

static uint64_t take_count(struct sift_cursor *cursor, const char *key) {
  sift_take_key(cursor, key);
  return sift_take_unsigned(cursor);
}

static enum sift_reason take_reason(struct sift_cursor *cursor) {
  struct sift_span name = sift_take_text(cursor, UINT8_MAX);
  for (unsigned i = 0; i < SIFT_REASONS; i++) {
    if (sift_state_name_is(name, sift_reason_name((enum sift_reason)i))) {
      return (enum sift_reason)i;
    }
  }
  sift_cursor_fail(cursor, SIFT_FAULT_BAD);
  return SIFT_REASONS;
}

static void take_reasons(struct sift_cursor *cursor, uint64_t *reasons) {
  sift_take_key(cursor, "reasons");
  uint32_t count = sift_take_map(cursor, SIFT_REASONS);
  for (uint32_t i = 0; i < count; i++) {
    enum sift_reason reason = take_reason(cursor);
    if (cursor->fault == SIFT_FAULT_NONE) {
      reasons[reason] = sift_take_unsigned(cursor);
    }
  }
}

/* Fills an empty sketch by way of a borrowed one, so that it owns what it holds in its own way. */
static enum sift_status take_registers(struct sift_cursor *cursor, struct sift_sketch *sketch) {
  struct sift_span bytes = sift_take_text(cursor, SIFT_STATE_SKETCH_REGISTERS);
  uint8_t registers[SIFT_STATE_SKETCH_REGISTERS];
  if (bytes.len != sizeof registers) {
    return SIFT_ECORRUPT;
  }
  memcpy(registers, bytes.data, sizeof registers);
  for (size_t i = 0; i < sizeof registers; i++) {
    if (registers[i] > RANK_MAX) {
      return SIFT_ECORRUPT;
    }
  }
  struct sift_sketch borrowed = {.registers = registers};
  return sift_sketch_merge(sketch, &borrowed);
}

static enum sift_status take_hashes(struct sift_cursor *cursor, struct sift_sketch *sketch) {
  uint32_t count = sift_take_array(cursor, SIFT_SKETCH_EXACT);
  uint64_t hashes[SIFT_SKETCH_EXACT];
  for (uint32_t i = 0; i < count; i++) {
    hashes[i] = sift_take_unsigned(cursor);
    sift_cursor_expect(cursor, i == 0 || hashes[i - 1] < hashes[i]);
  }
  if (cursor->fault != SIFT_FAULT_NONE) {
    return SIFT_ECORRUPT;
  }
  struct sift_sketch borrowed = {.count = count, .capacity = count, .hashes = hashes};
  return count > 0 ? sift_sketch_merge(sketch, &borrowed) : SIFT_OK;
}

static enum sift_status take_sketch(struct sift_cursor *cursor, struct sift_sketch *sketch) {
  bool packed = cursor->at < cursor->end && (uint8_t)*cursor->at == 0xC5; /* bin of 16-bit length */
  return packed ? take_registers(cursor, sketch) : take_hashes(cursor, sketch);
}

static enum sift_status take_totals(struct sift_cursor *cursor, struct sift_fleet *fleet) {
  sift_cursor_expect(cursor, sift_take_map(cursor, 1) == 1);
  sift_take_key(cursor, "fleet");
  sift_cursor_expect(cursor, sift_take_map(cursor, SIFT_STATE_FLEET_ITEMS) == SIFT_STATE_FLEET_ITEMS);
  fleet->shards = take_count(cursor, "shards");
  fleet->lines = take_count(cursor, "lines");
  fleet->bytes = take_count(cursor, "bytes");
  fleet->compressed_bytes = take_count(cursor, "compressed_bytes");
  fleet->hits = take_count(cursor, "hits");
  fleet->records_dropped = take_count(cursor, "records_dropped");
  take_reasons(cursor, fleet->reasons);
  sift_take_key(cursor, "newest");
  fleet->newest_ns = sift_take_nil(cursor) ? SIFT_TIME_NONE : sift_take_signed(cursor);
  sift_take_key(cursor, "overflow");
  enum sift_status status = cursor->fault == SIFT_FAULT_NONE ? take_sketch(cursor, &fleet->overflow) : SIFT_ECORRUPT;
  return status == SIFT_OK ? sift_state_fault(cursor->fault) : status;
}

static enum sift_status take_damage(struct sift_cursor *cursor, struct sift_fleet *fleet) {
  sift_cursor_expect(cursor, sift_take_array(cursor, 3) == 3);
  struct sift_span source = sift_take_text(cursor, SIFT_STATE_SOURCE_BYTES_MAX);
  uint64_t offset = sift_take_unsigned(cursor);
  enum sift_reason reason = take_reason(cursor);
  if (cursor->fault != SIFT_FAULT_NONE || (source.len > 0 && memchr(source.data, '\0', source.len) != NULL)) {
    return SIFT_ECORRUPT;
  }
  return sift_fleet_damage(fleet, reason, source, offset);
}

/* Listing a damage counts it too; the counters were read before and are kept. */
static enum sift_status take_damages(struct sift_feed *feed, struct sift_cursor *cursor, struct sift_fleet *fleet) {
  uint64_t reasons[SIFT_REASONS];
  memcpy(reasons, fleet->reasons, sizeof reasons);
  sift_take_key(cursor, "damages");
  uint32_t count = sift_take_long_array(cursor, SIFT_DAMAGES_MAX);
  enum sift_status status = refill(feed, cursor);
  for (uint32_t i = 0; status == SIFT_OK && i < count; i++) {
    status = take_damage(cursor, fleet);
    if (status == SIFT_OK) {
      status = refill(feed, cursor);
    }
  }
  memcpy(fleet->reasons, reasons, sizeof reasons);
  return status;
}

/* Windows as they are read; `part` holds nothing else. */
struct window_reader {
  struct sift_fleet part;
  size_t in_series;
  uint64_t bytes;
  uint32_t classes, rules;
};

static enum sift_status add_window(struct window_reader *reader, struct sift_series series, int64_t start_s,
                                   struct sift_window **out) {
  struct sift_fleet *part = &reader->part;
  const struct sift_window *last = part->window_count > 0 ? &part->windows[part->window_count - 1] : NULL;
  bool same_series = last != NULL && sift_series_compare(series, last->series) == 0;
  bool rises = last == NULL || sift_window_compare(series, start_s, last) > 0;
  reader->in_series = same_series ? reader->in_series + 1 : 1;
  if (!rises || reader->in_series > SIFT_WINDOWS_MAX) {
    return SIFT_ECORRUPT;
  }
  if (part->window_count == part->window_capacity) {
    size_t capacity = part->window_capacity == 0 ? 64 : part->window_capacity * 2;
    struct sift_window *windows = realloc(part->windows, capacity * sizeof *windows);
    if (windows == NULL) {
      return SIFT_ENOMEM;
    }
    part->windows = windows;
    part->window_capacity = capacity;
  }
  assert(part->windows != NULL);
  *out = &part->windows[part->window_count++];
  sift_window_init(*out, series, start_s);
  return SIFT_OK;
}

/* Each must be of a Space that the window counts, and later than the one before. */
static enum sift_status take_witness(struct sift_cursor *cursor, struct sift_window *window) {
  sift_cursor_expect(cursor, sift_take_array(cursor, 3) == 3);
  uint64_t after_ns = sift_take_unsigned(cursor);
  struct sift_span space = sift_take_text(cursor, SIFT_SPACE_NAME_MAX);
  struct sift_span text = sift_take_text(cursor, SIFT_WITNESS_TEXT_BYTES_MAX);
  if (cursor->fault != SIFT_FAULT_NONE || after_ns >= (uint64_t)WINDOW_NS || !sift_state_name_valid(space) ||
      sift_state_name_is(space, "-") || sift_state_name_is(space, SIFT_OVERFLOW_NAME) ||
      !sift_sketch_maybe(&window->spaces, sift_space_hash(space))) {
    return SIFT_ECORRUPT;
  }
  uint32_t count = window->witnesses.count;
  enum sift_status status = sift_witnesses_add(&window->witnesses, window->start_s * 1000000000 + (int64_t)after_ns, space, text);
  bool last = status == SIFT_OK && window->witnesses.count == count + 1 &&
              sift_span_equal(sift_witness_space(&window->witnesses.items[count]), space);
  return status != SIFT_OK || last ? status : SIFT_ECORRUPT;
}

static enum sift_status take_witnesses(struct sift_cursor *cursor, struct sift_window *window) {
  uint64_t spaces = window->spaces.registers != NULL ? SIFT_WITNESSES_MAX : window->spaces.count;
  uint32_t count = sift_take_array(cursor, SIFT_WITNESSES_MAX);
  sift_cursor_expect(cursor, count == (spaces < SIFT_WITNESSES_MAX ? spaces : SIFT_WITNESSES_MAX));
  enum sift_status status = sift_state_fault(cursor->fault);
  for (uint32_t i = 0; i < count && status == SIFT_OK; i++) {
    status = take_witness(cursor, window);
  }
  return status;
}

static enum sift_status take_window(struct window_reader *reader, struct sift_cursor *cursor) {
  const char *before = cursor->at;
  sift_cursor_expect(cursor, sift_take_array(cursor, SIFT_STATE_WINDOW_ITEMS) == SIFT_STATE_WINDOW_ITEMS);
  uint64_t class_index = sift_take_unsigned(cursor);
  bool of_class = sift_take_nil(cursor);
  uint64_t rule = of_class ? 0 : sift_take_unsigned(cursor);
  int64_t start_s = sift_take_signed(cursor);
  sift_cursor_expect(cursor, class_index < reader->classes && (of_class || rule < reader->rules));
  sift_cursor_expect(cursor, start_s >= -TIME_S_MAX && start_s <= TIME_S_MAX && start_s % SIFT_WINDOW_SECONDS == 0);
  if (cursor->fault != SIFT_FAULT_NONE) {
    return SIFT_ECORRUPT;
  }
  struct sift_series series = {(uint32_t)class_index, of_class ? SIFT_RULE_NONE : (uint32_t)rule};
  struct sift_window *window = NULL;
  enum sift_status status = add_window(reader, series, start_s, &window);
  if (status == SIFT_OK) {
    status = take_sketch(cursor, &window->spaces);
  }
  if (status == SIFT_OK) {
    status = take_witnesses(cursor, window);
  }
  reader->bytes += (uint64_t)(cursor->at - before);
  return status == SIFT_OK && reader->bytes > SIFT_STATE_WINDOWS_BYTES_MAX ? SIFT_ECORRUPT : status;
}

static enum sift_status take_windows(struct sift_feed *feed, struct sift_cursor *cursor, uint32_t classes, uint32_t rules,
                                     struct sift_fleet *fleet) {
  struct window_reader reader = {.classes = classes, .rules = rules};
  enum sift_status status = sift_fleet_init(&reader.part);
  if (status != SIFT_OK) {
    return status;
  }
  sift_take_key(cursor, "windows");
  uint32_t count = sift_take_long_array(cursor, UINT32_MAX);
  status = refill(feed, cursor);
  for (uint32_t i = 0; status == SIFT_OK && i < count; i++) {
    status = take_window(&reader, cursor);
    if (status == SIFT_OK) {
      status = refill(feed, cursor);
    }
  }
  if (status == SIFT_OK) {
    status = sift_fleet_merge(fleet, &reader.part);
  }
  sift_fleet_release(&reader.part);
  return status;
}

enum sift_status sift_state_unpack_fleet(struct sift_feed *feed, uint32_t classes, uint32_t rules, struct sift_fleet *fleet) {
  struct sift_cursor cursor = sift_cursor(sift_span(sift_feed_window(feed).data, 0));
  enum sift_status status = refill(feed, &cursor);
  if (status == SIFT_OK) {
    status = take_totals(&cursor, fleet);
  }
  if (status == SIFT_OK) {
    status = refill(feed, &cursor);
  }
  if (status == SIFT_OK) {
    status = take_damages(feed, &cursor, fleet);
  }
  return status == SIFT_OK ? take_windows(feed, &cursor, classes, rules, fleet) : status;
}
