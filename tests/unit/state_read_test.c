#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/strike.h"
#include "tests/unit/state_support.h"

/* Random Spaces with rising names; the arena owns all. */
static void make_spaces(struct sift_arena *arena, struct sift_space *spaces, size_t count, uint64_t *seed) {
  for (size_t i = 0; i < count; i++) {
    char name[32];
    int len = snprintf(name, sizeof name, "owner/%06zu", i);
    spaces[i] = (struct sift_space){.lines = support_random(seed) >> 40, .bytes = support_random(seed)};
    spaces[i].name = sift_span(sift_arena_copy(arena, sift_span_of(name)), (size_t)len);
    for (uint64_t hits = support_random(seed) % 12; hits > 0; hits--) {
      struct sift_observation seen = support_random_hit(seed);
      assert_true(sift_space_observe(&spaces[i], arena, &seen));
    }
  }
}

static void make_fleet(struct sift_fleet *fleet, uint64_t *seed) {
  assert_int_equal(sift_fleet_init(fleet), SIFT_OK);
  fleet->shards = 3;
  fleet->lines = UINT64_MAX;
  fleet->newest_ns = -5;
  fleet->reasons[SIFT_REASON_LINE_CUT] = 70000;
  for (unsigned i = 0; i < 40; i++) {
    assert_int_equal(sift_fleet_damage(fleet, (enum sift_reason)(i % SIFT_REASONS), sift_span_of(i % 2 ? "x" : "y\xFF"), i * 1000),
                     SIFT_OK);
  }
  for (unsigned i = 0; i < 3000; i++) {
    uint64_t word = support_random(seed);
    struct sift_series series = {(uint32_t)(word >> 40 & 1), word >> 41 & 1 ? (uint32_t)(word >> 42 & 3) : SIFT_RULE_NONE};
    int64_t time_ns = (int64_t)(word % 5 * word % 7) * INT64_C(300000000000) - 1;
    assert_int_equal(test_strike(fleet, series, time_ns, support_random(seed) >> 20), SIFT_OK);
  }
  assert_int_equal(sift_sketch_add(&fleet->overflow, 17), SIFT_OK);
}

static struct sift_state_buffer rewrite(const struct sift_state_buffer *state) {
  struct sift_state_bytes bytes = {sift_span(state->bytes, state->size)};
  struct sift_state_reader *reader = NULL;
  struct sift_state_writer *writer = NULL;
  struct sift_state_buffer out = {0};
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&bytes)), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&out), sift_state_reader_header(reader)), SIFT_OK);
  while ((status = sift_state_next(reader, &space)) == SIFT_OK) {
    assert_int_equal(sift_state_write(writer, space), SIFT_OK);
  }
  assert_int_equal(status, SIFT_END);
  assert_int_equal(sift_state_next(reader, &space), SIFT_END);
  assert_int_equal(sift_state_finish(writer, sift_state_reader_fleet(reader)), SIFT_OK);
  sift_state_writer_free(writer);
  sift_state_reader_free(reader);
  return out;
}

static void what_was_written_is_read_and_written_again_the_same(void **state) {
  (void)state;
  static struct sift_space spaces[2000];
  struct sift_arena arena;
  sift_arena_init(&arena);
  uint64_t seed = 42;
  struct sift_fleet fleet;
  make_spaces(&arena, spaces, 2000, &seed);
  make_fleet(&fleet, &seed);
  struct sift_state_buffer first = support_state(spaces, 2000, &fleet);
  struct sift_state_buffer second = rewrite(&first);
  support_assert_same(&first, &second);
  sift_state_buffer_release(&first);
  sift_state_buffer_release(&second);
  sift_fleet_release(&fleet);
  sift_arena_release(&arena);
}

static void a_space_comes_back_with_all_its_fields(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b"), .lines = 5, .bytes = UINT64_MAX};
  struct sift_span field = sift_span_of("torch");
  struct sift_observation seen = support_hit(3, INT64_MIN + 1, "s", UINT64_MAX, "text");
  seen.fields = &field;
  seen.field_count = 1;
  seen.last.time_ns = INT64_MAX;
  assert_true(sift_space_observe(&space, &arena, &seen));
  struct sift_state_buffer bytes = support_encode(&space);
  struct sift_state_bytes input = {sift_span(bytes.bytes, bytes.size)};
  struct sift_state_reader *reader = NULL;
  const struct sift_space *back = NULL;
  assert_int_equal(sift_state_reader_new(&reader, sift_state_bytes_input(&input)), SIFT_OK);
  assert_string_equal(sift_state_reader_header(reader)->classes[0], "network");
  assert_int_equal(sift_state_next(reader, &back), SIFT_OK);
  assert_true(back->lines == 5 && back->bytes == UINT64_MAX);
  assert_true(back->first.time_ns == INT64_MIN + 1 && back->last.time_ns == INT64_MAX);
  assert_true(back->evidence[0].first.offset == UINT64_MAX);
  assert_string_equal(back->evidence[0].last.source, "s");
  assert_true(sift_span_equal(sift_sample_text(&back->evidence[0].sample), sift_span_of("text")));
  assert_true(sift_span_equal(sift_sample_field(&back->evidence[0].sample, 0), field));
  assert_int_equal(sift_state_next(reader, &back), SIFT_END);
  sift_state_reader_free(reader);
  sift_state_buffer_release(&bytes);
  sift_arena_release(&arena);
}

static struct sift_state_buffer small_state(void) {
  static struct sift_space spaces[20];
  struct sift_arena arena;
  sift_arena_init(&arena);
  uint64_t seed = 7;
  struct sift_fleet fleet;
  make_spaces(&arena, spaces, 20, &seed);
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  assert_int_equal(test_strike(&fleet, (struct sift_series){1, 2}, 5, 99), SIFT_OK);
  assert_int_equal(sift_fleet_damage(&fleet, SIFT_REASON_CORRUPT, sift_span_of("s"), 9), SIFT_OK);
  struct sift_state_buffer state = support_state(spaces, 20, &fleet);
  sift_fleet_release(&fleet);
  sift_arena_release(&arena);
  return state;
}

static void every_prefix_of_a_state_is_truncated(void **state) {
  (void)state;
  struct sift_state_buffer bytes = small_state();
  size_t spaces = 0;
  assert_int_equal(support_read(bytes.bytes, 0, &spaces), SIFT_EFORMAT);
  for (size_t size = 1; size < bytes.size; size++) {
    assert_int_equal(support_read(bytes.bytes, size, &spaces), SIFT_ETRUNCATED);
  }
  assert_int_equal(support_read(bytes.bytes, bytes.size, &spaces), SIFT_END);
  assert_int_equal(spaces, 20);
  sift_state_buffer_release(&bytes);
}

static bool is_allowed_error(enum sift_status status) {
  return status == SIFT_ECORRUPT || status == SIFT_EFORMAT || status == SIFT_ETRUNCATED || status == SIFT_EVERSION;
}

/* Some bits of a frame say nothing, and to flip them does no harm. */
static void a_flipped_bit_is_told_or_changes_nothing(void **state) {
  (void)state;
  struct sift_state_buffer bytes = small_state();
  struct sift_state_buffer whole = rewrite(&bytes);
  size_t told = 0;
  for (size_t at = 0; at < bytes.size; at++) {
    size_t spaces = 0;
    bytes.bytes[at] ^= (char)(1 << at % 8);
    enum sift_status status = support_read(bytes.bytes, bytes.size, &spaces);
    if (status == SIFT_END) {
      struct sift_state_buffer again = rewrite(&bytes);
      support_assert_same(&again, &whole);
      sift_state_buffer_release(&again);
    } else {
      assert_true(is_allowed_error(status));
      told++;
    }
    bytes.bytes[at] ^= (char)(1 << at % 8);
  }
  assert_true(told > bytes.size * 9 / 10);
  sift_state_buffer_release(&whole);
  sift_state_buffer_release(&bytes);
}

static void a_flipped_byte_under_a_right_checksum_is_at_worst_an_allowed_error(void **state) {
  (void)state;
  struct sift_state_buffer bytes = small_state();
  struct sift_pack content = support_content(&bytes);
  for (size_t at = 0; at < content.len; at++) {
    for (unsigned with = 0; with < 3; with++) {
      char held = content.bytes[at];
      content.bytes[at] = (char)(with == 0 ? 0xDD : with == 1 ? 0xC1 : held ^ 1);
      struct sift_state_buffer forged = support_frame(content.bytes, content.len);
      size_t spaces = 0;
      enum sift_status status = support_read(forged.bytes, forged.size, &spaces);
      assert_true(status == SIFT_END || is_allowed_error(status));
      sift_state_buffer_release(&forged);
      content.bytes[at] = held;
    }
  }
  sift_pack_release(&content);
  sift_state_buffer_release(&bytes);
}

static void bytes_after_the_frame_are_damage(void **state) {
  (void)state;
  struct sift_state_buffer bytes = small_state();
  struct sift_state_output output = sift_state_buffer_output(&bytes);
  assert_int_equal(output.write(output.context, "x", 1), SIFT_OK);
  size_t spaces = 0;
  assert_int_equal(support_read(bytes.bytes, bytes.size, &spaces), SIFT_ECORRUPT);
  sift_state_buffer_release(&bytes);
}

static void what_is_no_state_is_told_from_a_damaged_one(void **state) {
  (void)state;
  size_t spaces = 0;
  assert_int_equal(support_read("PK\x03\x04 some zip", 13, &spaces), SIFT_EFORMAT);
  const char *const contents[] = {"", "hello, world",
                                  ("\x81\xA9spacesift\xA6"
                                   "events")};
  for (size_t i = 0; i < 3; i++) {
    struct sift_state_buffer frame = support_frame(contents[i], strlen(contents[i]));
    assert_int_equal(support_read(frame.bytes, frame.size, &spaces), SIFT_EFORMAT);
    sift_state_buffer_release(&frame);
  }
  const char next[] = "\x82\xA9spacesift\xA5state\xA1v\x03";
  struct sift_state_buffer frame = support_frame(next, sizeof next - 1);
  assert_int_equal(support_read(frame.bytes, frame.size, &spaces), SIFT_EVERSION);
  sift_state_buffer_release(&frame);
}

/* --- forged content: a right header, then what a case says -------------------------------------------------------------- */

#define SPACE(name) "\x97" name "\x01\x01\x00\x01\x91\xA1s"
#define HIT(rule, demoted, first, last) "\x98" rule demoted "\x01" first last "\x00\xA0\x90"
#define AT(time, source) "\x93" time source "\x00"
#define ALPHA                                                                                                                      \
  "\xA5"                                                                                                                           \
  "alpha"
#define FLEET_TO_OVERFLOW                                                                                                          \
  "\x81\xA5"                                                                                                                       \
  "fleet\x8B\xA6"                                                                                                                  \
  "shards\x01\xA5"                                                                                                                 \
  "lines\x01\xA5"                                                                                                                  \
  "bytes\x01\xB0"                                                                                                                  \
  "compressed_bytes\x01\xA4"                                                                                                       \
  "hits\x01\xAF"                                                                                                                   \
  "records_dropped\x01\xA7"                                                                                                        \
  "reasons\x80\xA6"                                                                                                                \
  "newest\xC0\xA8"                                                                                                                 \
  "overflow"
#define DAMAGES                                                                                                                    \
  "\xA7"                                                                                                                           \
  "damages"
#define WINDOWS                                                                                                                    \
  "\xA7"                                                                                                                           \
  "windows"
#define A_B                                                                                                                        \
  "\xA3"                                                                                                                           \
  "a/b"
#define A_C                                                                                                                        \
  "\xA3"                                                                                                                           \
  "a/c"
/* Sketches of one Space and of two, by the hashes of their names. */
#define HASH_A_B "\xCF\x48\xF7\x1E\x94\x75\x86\x06\x04"
#define HASH_A_C "\xCF\xE3\xCD\x2C\xD7\xFA\x22\xBB\x71"
#define ONE_AB "\x91" HASH_A_B
#define TWO "\x92" HASH_A_B HASH_A_C
#define BY(time, name, text) "\x93" time name "\xA1" text
#define WINDOW(series, sketch, witnesses)                                                                                          \
  FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x91\x95" series "\xCD\x02\x58" sketch witnesses
#define TEXT_16 "0123456789abcdef"
#define TEXT_64 TEXT_16 TEXT_16 TEXT_16 TEXT_16
#define TEXT_257 TEXT_64 TEXT_64 TEXT_64 TEXT_64 "x"
#define END FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x90"

struct forged {
  const char *what;
  const char *bytes;
  size_t len;
  enum sift_status expected;
};
#define FORGED(what, bytes, expected)                                                                                              \
  { what, bytes, sizeof(bytes) - 1, expected }

static const struct forged cases[] = {
    FORGED("nothing at all", "", SIFT_ECORRUPT),
    FORGED("only the end", END, SIFT_END),
    FORGED("a Space without hits", SPACE(ALPHA) "\x90" END, SIFT_END),
    FORGED("a Space with a hit", SPACE(ALPHA) "\x91" HIT("\x00", "\xC2", AT("\x00", "\x00"), "\xC0") END, SIFT_END),
    FORGED("no end", SPACE(ALPHA) "\x90", SIFT_ECORRUPT),
    FORGED("something after the end", END "\xC0", SIFT_ECORRUPT),
    FORGED("a Space after the end", END SPACE(ALPHA) "\x90", SIFT_ECORRUPT),
    FORGED("half a Space", "\x97" ALPHA "\x01", SIFT_ECORRUPT),
    FORGED("a double name", SPACE(ALPHA) "\x90" SPACE(ALPHA) "\x90" END, SIFT_ECORRUPT),
    FORGED("names that fall",
           SPACE("\xA1"
                 "b") "\x90" SPACE(ALPHA) "\x90" END,
           SIFT_ECORRUPT),
    FORGED("an empty name", SPACE("\xA0") "\x90" END, SIFT_ECORRUPT),
    FORGED("a name that climbs", SPACE("\xA4../x") "\x90" END, SIFT_ECORRUPT),
    FORGED("a name with control characters",
           SPACE("\xA3"
                 "a\x1B"
                 "b") "\x90" END,
           SIFT_ECORRUPT),
    FORGED("a special name", SPACE("\xA1-") "\x90" SPACE("\xA9~overflow") "\x90" END, SIFT_END),
    FORGED("no name", SPACE("\xC0") "\x90" END, SIFT_ECORRUPT),
    FORGED("a rule beyond the last", SPACE(ALPHA) "\x91" HIT("\x04", "\xC2", AT("\x00", "\x00"), "\xC0") END, SIFT_ECORRUPT),
    FORGED("a rule of 33 bits",
           SPACE(ALPHA) "\x91" HIT("\xCF\x00\x00\x00\x01\x00\x00\x00\x00", "\xC2", AT("\x00", "\x00"), "\xC0") END, SIFT_ECORRUPT),
    FORGED("a source beyond the last", SPACE(ALPHA) "\x91" HIT("\x00", "\xC2", AT("\x00", "\x01"), "\xC0") END, SIFT_ECORRUPT),
    FORGED("evidence twice",
           SPACE(ALPHA) "\x92" HIT("\x01", "\xC2", AT("\x00", "\x00"), "\xC0") HIT("\x01", "\xC2", AT("\x00", "\x00"), "\xC0") END,
           SIFT_ECORRUPT),
    FORGED("demoted evidence first",
           SPACE(ALPHA) "\x92" HIT("\x01", "\xC3", AT("\x00", "\x00"), "\xC0") HIT("\x01", "\xC2", AT("\x00", "\x00"), "\xC0") END,
           SIFT_ECORRUPT),
    FORGED("evidence that falls",
           SPACE(ALPHA) "\x92" HIT("\x01", "\xC2", AT("\x00", "\x00"), "\xC0") HIT("\x00", "\xC2", AT("\x00", "\x00"), "\xC0") END,
           SIFT_ECORRUPT),
    FORGED("more evidence than rules can give", SPACE(ALPHA) "\x99" END, SIFT_ECORRUPT),
    FORGED("an absurd count of evidence", SPACE(ALPHA) "\xDD\xFF\xFF\xFF\xFF", SIFT_ECORRUPT),
    FORGED("an absurd count of sources", "\x97" ALPHA "\x01\x01\x00\x01\xDD\xFF\xFF\xFF\xFF", SIFT_ECORRUPT),
    FORGED("an absurd length of a name", "\x97\xDB\xFF\xFF\xFF\xFF", SIFT_ECORRUPT),
    FORGED("a last before the first", SPACE(ALPHA) "\x91" HIT("\x00", "\xC2", AT("\x05", "\x00"), AT("\x04", "\x00")) END,
           SIFT_ECORRUPT),
    FORGED("a source with a NUL", "\x97" ALPHA "\x01\x01\x00\x01\x91\xA2s\x00\x90" END, SIFT_ECORRUPT),
    FORGED("a unit of 2 ns", "\x97" ALPHA "\x01\x01\x00\x02\x90\x90" END, SIFT_ECORRUPT),
    FORGED("a time without a base",
           "\x97" ALPHA "\x01\x01\xC0\x01\x91\xA1s\x91" HIT("\x00", "\xC2", AT("\x00", "\x00"), "\xC0") END, SIFT_ECORRUPT),
    FORGED("a time past 64 bits",
           "\x97" ALPHA
           "\x01\x01\x01\x01\x91\xA1s\x91" HIT("\x00", "\xC2", AT("\xCF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "\x00"), "\xC0") END,
           SIFT_ECORRUPT),
    FORGED("a base that means undated", "\x97" ALPHA "\x01\x01\xD3\x80\x00\x00\x00\x00\x00\x00\x00\x01\x90\x90" END, SIFT_ECORRUPT),
    FORGED("evidence seen no time", SPACE(ALPHA) "\x91\x98\x00\xC2\x00" AT("\x00", "\x00") "\xC0\x00\xA0\x90" END, SIFT_ECORRUPT),
    FORGED("nine fields",
           SPACE(ALPHA) "\x91\x98\x00\xC2\x01" AT("\x00", "\x00") "\xC0\x00\xA0\x99\xA0\xA0\xA0\xA0\xA0\xA0\xA0\xA0\xA0" END,
           SIFT_ECORRUPT),
    FORGED("a field that is a number", SPACE(ALPHA) "\x91\x98\x00\xC2\x01" AT("\x00", "\x00") "\xC0\x00\xA0\x91\x05" END,
           SIFT_ECORRUPT),
    FORGED("another key",
           "\x81\xA5"
           "fleeT\x80",
           SIFT_ECORRUPT),
    FORGED("an unknown reason",
           "\x81\xA5"
           "fleet\x8B\xA6"
           "shards\x01\xA5"
           "lines\x01\xA5"
           "bytes\x01\xB0"
           "compressed_bytes\x01\xA4"
           "hits\x01\xAF"
           "records_dropped\x01\xA7"
           "reasons\x81\xA2no\x01",
           SIFT_ECORRUPT),
    FORGED("a sketch that falls", FLEET_TO_OVERFLOW "\x92\x02\x01" DAMAGES "\x90" WINDOWS "\x90", SIFT_ECORRUPT),
    FORGED("a sketch of too many", FLEET_TO_OVERFLOW "\xDC\x00\x81", SIFT_ECORRUPT),
    FORGED("registers too few", FLEET_TO_OVERFLOW "\xC5\x00\x02\x01\x01" DAMAGES "\x90" WINDOWS "\x90", SIFT_ECORRUPT),
    FORGED("a damage",
           FLEET_TO_OVERFLOW "\x90" DAMAGES "\x91\x93\xA1s\x05\xA7"
                             "corrupt" WINDOWS "\x90",
           SIFT_END),
    FORGED("a damage with a NUL",
           FLEET_TO_OVERFLOW "\x90" DAMAGES "\x91\x93\xA1\x00\x05\xA7"
                             "corrupt" WINDOWS "\x90",
           SIFT_ECORRUPT),
    FORGED("damages missing", FLEET_TO_OVERFLOW "\x90" DAMAGES "\xCD\x03\xE8", SIFT_ECORRUPT),
    FORGED("a window of a class", WINDOW("\x01\xC0", ONE_AB, "\x91" BY("\x05", A_B, "x")), SIFT_END),
    FORGED("a window of a rule", WINDOW("\x01\x03", ONE_AB, "\x91" BY("\x05", A_B, "x")), SIFT_END),
    FORGED("a window of no class", WINDOW("\x02\xC0", ONE_AB, "\x91" BY("\x05", A_B, "x")), SIFT_ECORRUPT),
    FORGED("a window of no rule", WINDOW("\x01\x04", ONE_AB, "\x91" BY("\x05", A_B, "x")), SIFT_ECORRUPT),
    FORGED("a window of version 1", FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x91\x93\x01\xCD\x02\x58\x91\x07",
           SIFT_ECORRUPT),
    FORGED("a window between windows", FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x91\x95\x01\xC0\x07\x90\x90",
           SIFT_ECORRUPT),
    FORGED("an empty window", FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x91\x95\x01\xC0\x00\x90\x90", SIFT_END),
    FORGED("a window twice", FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x92\x95\x01\xC0\x00\x90\x90\x95\x01\xC0\x00\x90\x90",
           SIFT_ECORRUPT),
    FORGED("a class before its rule",
           FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x92\x95\x01\xC0\x00\x90\x90\x95\x01\x00\x00\x90\x90", SIFT_END),
    FORGED("a class behind its rule",
           FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x92\x95\x01\x00\x00\x90\x90\x95\x01\xC0\x00\x90\x90", SIFT_ECORRUPT),
    FORGED("a window at the end of time",
           FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\x91\x95\x01\xC0\xCF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\x9C\x90\x90",
           SIFT_ECORRUPT),
    FORGED("a witness of an empty window", WINDOW("\x01\xC0", "\x90", "\x91" BY("\x05", A_B, "x")), SIFT_ECORRUPT),
    FORGED("a Space without a witness", WINDOW("\x01\xC0", ONE_AB, "\x90"), SIFT_ECORRUPT),
    FORGED("a witness of another Space", WINDOW("\x01\xC0", ONE_AB, "\x91" BY("\x05", A_C, "x")), SIFT_ECORRUPT),
    FORGED("a witness that is no Space",
           WINDOW("\x01\xC0", "\x91\xCF\xDE\x2F\xB8\xD1\xC1\xA2\x0F\x76", "\x91" BY("\x05", "\xA1-", "x")), SIFT_ECORRUPT),
    FORGED("a witness of a bad name",
           WINDOW("\x01\xC0", "\x91\xCF\x80\x44\xF8\xA6\x24\x58\x2C\x4C",
                  "\x91" BY("\x05",
                            "\xA3"
                            "a b",
                            "x")),
           SIFT_ECORRUPT),
    FORGED("a witness in the window's last moment",
           WINDOW("\x01\xC0", ONE_AB, "\x91" BY("\xCF\x00\x00\x00\x45\xD9\x64\xB7\xFF", A_B, "x")), SIFT_END),
    FORGED("a witness behind the window", WINDOW("\x01\xC0", ONE_AB, "\x91" BY("\xCF\x00\x00\x00\x45\xD9\x64\xB8\x00", A_B, "x")),
           SIFT_ECORRUPT),
    FORGED("two witnesses", WINDOW("\x01\xC0", TWO, "\x92" BY("\x05", A_B, "x") BY("\x05", A_C, "x")), SIFT_END),
    FORGED("witnesses out of order", WINDOW("\x01\xC0", TWO, "\x92" BY("\x06", A_B, "x") BY("\x05", A_C, "x")), SIFT_ECORRUPT),
    FORGED("one witness twice", WINDOW("\x01\xC0", TWO, "\x92" BY("\x05", A_B, "x") BY("\x06", A_B, "x")), SIFT_ECORRUPT),
    FORGED("more witnesses than are kept",
           WINDOW("\x01\xC0", TWO, "\x94" BY("\x05", A_B, "x") BY("\x05", A_C, "x") BY("\x06", A_B, "x") BY("\x07", A_B, "x")),
           SIFT_ECORRUPT),
    FORGED("a witness whose line is too long", WINDOW("\x01\xC0", ONE_AB, "\x91\x93\x05" A_B "\xDA\x01\x01" TEXT_257),
           SIFT_ECORRUPT),
    FORGED("an absurd count of windows", FLEET_TO_OVERFLOW "\x90" DAMAGES "\x90" WINDOWS "\xDD\xFF\xFF\xFF\xFF", SIFT_ECORRUPT),
};

static struct sift_pack header_content(void) {
  struct sift_state_buffer empty = support_state(NULL, 0, NULL);
  struct sift_pack content = support_content(&empty);
  const char *fleet = memmem(content.bytes, content.len,
                             "\x81\xA5"
                             "fleet",
                             7);
  assert_non_null(fleet);
  content.len = (size_t)(fleet - content.bytes);
  sift_state_buffer_release(&empty);
  return content;
}

static void forged_content_is_judged_as_it_deserves(void **state) {
  (void)state;
  struct sift_pack header = header_content();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    size_t len = header.len + cases[i].len;
    char *content = malloc(len);
    assert_non_null(content);
    memcpy(content, header.bytes, header.len);
    memcpy(content + header.len, cases[i].bytes, cases[i].len);
    struct sift_state_buffer frame = support_frame(content, len);
    size_t spaces = 0;
    enum sift_status status = support_read(frame.bytes, frame.size, &spaces);
    if (status != cases[i].expected) {
      fail_msg("%s: %s", cases[i].what, sift_status_text(status));
    }
    sift_state_buffer_release(&frame);
    free(content);
  }
  sift_pack_release(&header);
}

static void deep_nesting_is_only_corrupt(void **state) {
  (void)state;
  struct sift_pack header = header_content();
  size_t len = header.len + (1 << 20);
  char *content = malloc(len);
  assert_non_null(content);
  memcpy(content, header.bytes, header.len);
  memset(content + header.len, 0x91, 1 << 20);
  struct sift_state_buffer frame = support_frame(content, len);
  size_t spaces = 0;
  assert_int_equal(support_read(frame.bytes, frame.size, &spaces), SIFT_ECORRUPT);
  sift_state_buffer_release(&frame);
  free(content);
  sift_pack_release(&header);
}

/* One byte a read, and an error after `left` of them. */
struct dribble {
  const struct sift_state_buffer *state;
  size_t at, left;
};

static enum sift_status dribble(void *context, char *buffer, size_t size, size_t *got) {
  struct dribble *input = context;
  assert_true(size > 0);
  *got = 0;
  if (input->left-- == 0) {
    return SIFT_EIO;
  }
  if (input->at < input->state->size) {
    *buffer = input->state->bytes[input->at++];
    *got = 1;
  }
  return SIFT_OK;
}

static void an_input_may_come_byte_by_byte_and_its_error_comes_out(void **state) {
  (void)state;
  struct sift_state_buffer bytes = small_state();
  const size_t lefts[] = {SIZE_MAX, 3, bytes.size / 2, bytes.size - 1};
  for (size_t i = 0; i < 4; i++) {
    struct dribble input = {&bytes, 0, lefts[i]};
    struct sift_state_reader *reader = NULL;
    const struct sift_space *space = NULL;
    enum sift_status status = sift_state_reader_new(&reader, (struct sift_state_input){.read = dribble, .context = &input});
    while (status == SIFT_OK) {
      status = sift_state_next(reader, &space);
    }
    assert_int_equal(status, i == 0 ? SIFT_END : SIFT_EIO);
    sift_state_reader_free(reader);
  }
  sift_state_buffer_release(&bytes);
}

static void content_that_was_decompressed_elsewhere_reads_alike(void **state) {
  (void)state;
  struct sift_state_buffer bytes = small_state();
  struct sift_pack content = support_content(&bytes);
  struct sift_state_buffer plain = {.bytes = content.bytes, .size = content.len};
  for (size_t cut = 0; cut < 2; cut++) {
    struct sift_state_bytes framed = {sift_span(bytes.bytes, bytes.size)};
    struct dribble input = {&plain, 0, SIZE_MAX};
    struct sift_state_reader *readers[2] = {NULL};
    plain.size = content.len - cut;
    assert_int_equal(sift_state_reader_new(&readers[0], sift_state_bytes_input(&framed)), SIFT_OK);
    struct sift_state_input direct = {.read = dribble, .context = &input, .content = true};
    assert_int_equal(sift_state_reader_new(&readers[1], direct), SIFT_OK);
    const struct sift_space *spaces[2] = {NULL};
    while (sift_state_next(readers[0], &spaces[0]) == SIFT_OK) {
      assert_int_equal(sift_state_next(readers[1], &spaces[1]), SIFT_OK);
      struct sift_state_buffer one = support_encode(spaces[0]);
      struct sift_state_buffer other = support_encode(spaces[1]);
      support_assert_same(&one, &other);
      sift_state_buffer_release(&one);
      sift_state_buffer_release(&other);
    }
    assert_int_equal(sift_state_next(readers[1], &spaces[1]), cut == 0 ? SIFT_END : SIFT_ECORRUPT);
    sift_state_reader_free(readers[0]);
    sift_state_reader_free(readers[1]);
  }
  sift_pack_release(&content);
  sift_state_buffer_release(&bytes);
}

static void a_record_larger_than_the_window_is_read(void **state) {
  (void)state;
  enum { RULES = 4000 };
  static const char *rules[RULES];
  char text[SIFT_SAMPLE_BYTES_MAX];
  memset(text, 'x', sizeof text);
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  for (uint32_t i = 0; i < RULES; i++) {
    rules[i] = "rule";
    struct sift_observation seen = support_hit(i, (int64_t)i, "s", 0, "");
    seen.text = sift_span(text, sizeof text);
    assert_true(sift_space_observe(&space, &arena, &seen));
  }
  struct sift_state_header header = support_header;
  header.rules = rules;
  header.rule_count = RULES;
  struct sift_state_buffer bytes = {0};
  struct sift_state_writer *writer = NULL;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&bytes), &header), SIFT_OK);
  support_write_space(writer, &space);
  assert_int_equal(sift_state_finish(writer, &fleet), SIFT_OK);
  sift_state_writer_free(writer);
  size_t spaces = 0;
  assert_int_equal(support_read(bytes.bytes, bytes.size, &spaces), SIFT_END);
  assert_int_equal(spaces, 1);
  sift_state_buffer_release(&bytes);
  sift_fleet_release(&fleet);
  sift_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_written_is_read_and_written_again_the_same),
      cmocka_unit_test(a_space_comes_back_with_all_its_fields),
      cmocka_unit_test(every_prefix_of_a_state_is_truncated),
      cmocka_unit_test(a_flipped_bit_is_told_or_changes_nothing),
      cmocka_unit_test(a_flipped_byte_under_a_right_checksum_is_at_worst_an_allowed_error),
      cmocka_unit_test(bytes_after_the_frame_are_damage),
      cmocka_unit_test(what_is_no_state_is_told_from_a_damaged_one),
      cmocka_unit_test(forged_content_is_judged_as_it_deserves),
      cmocka_unit_test(deep_nesting_is_only_corrupt),
      cmocka_unit_test(an_input_may_come_byte_by_byte_and_its_error_comes_out),
      cmocka_unit_test(content_that_was_decompressed_elsewhere_reads_alike),
      cmocka_unit_test(a_record_larger_than_the_window_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
