/* What the writer writes, read by msgpack-c, which knows nothing of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <msgpack.h>

#include "tests/unit/state_support.h"

enum { OBJECTS_MAX = 64 };

struct decoded {
  struct sift_pack content;
  msgpack_unpacked objects[OBJECTS_MAX];
  size_t count;
};

static struct decoded *decode(const struct sift_state_buffer *state) {
  struct decoded *decoded = calloc(1, sizeof *decoded);
  assert_non_null(decoded);
  decoded->content = support_content(state);
  size_t at = 0;
  while (at < decoded->content.len) {
    assert_in_range(decoded->count, 0, OBJECTS_MAX - 1);
    msgpack_unpacked *object = &decoded->objects[decoded->count++];
    msgpack_unpacked_init(object);
    assert_int_equal(msgpack_unpack_next(object, decoded->content.bytes, decoded->content.len, &at), MSGPACK_UNPACK_SUCCESS);
  }
  return decoded;
}

static void forget(struct decoded *decoded) {
  for (size_t i = 0; i < decoded->count; i++) {
    msgpack_unpacked_destroy(&decoded->objects[i]);
  }
  sift_pack_release(&decoded->content);
  free(decoded);
}

static const msgpack_object *value_of(const msgpack_object *map, const char *key) {
  assert_int_equal(map->type, MSGPACK_OBJECT_MAP);
  for (uint32_t i = 0; i < map->via.map.size; i++) {
    const msgpack_object *name = &map->via.map.ptr[i].key;
    assert_int_equal(name->type, MSGPACK_OBJECT_STR);
    if (sift_span_equal(sift_span(name->via.str.ptr, name->via.str.size), sift_span_of(key))) {
      return &map->via.map.ptr[i].val;
    }
  }
  fail_msg("no key %s", key);
  return NULL;
}

static const msgpack_object *item_of(const msgpack_object *array, uint32_t index) {
  assert_int_equal(array->type, MSGPACK_OBJECT_ARRAY);
  assert_true(index < array->via.array.size);
  return &array->via.array.ptr[index];
}

static void assert_text(const msgpack_object *object, msgpack_object_type type, const char *text) {
  assert_int_equal(object->type, type);
  struct sift_span bytes = sift_span(object->via.str.ptr, object->via.str.size); /* bin has the same layout */
  assert_true(sift_span_equal(bytes, sift_span_of(text)));
}

static void assert_number(const msgpack_object *object, uint64_t value) {
  assert_int_equal(object->type, MSGPACK_OBJECT_POSITIVE_INTEGER);
  assert_true(object->via.u64 == value);
}

static void a_header_names_the_rule_set_and_all_ids(void **state) {
  (void)state;
  struct sift_state_buffer bytes = support_state(NULL, 0, NULL);
  struct decoded *decoded = decode(&bytes);
  const msgpack_object *header = &decoded->objects[0].data;
  assert_text(value_of(header, "spacesift"), MSGPACK_OBJECT_STR, "state");
  assert_number(value_of(header, "v"), SIFT_STATE_VERSION);
  assert_text(value_of(value_of(header, "ruleset"), "hash"), MSGPACK_OBJECT_STR, support_header.ruleset_hash);
  assert_int_equal(value_of(header, "rules")->via.array.size, 4);
  assert_text(item_of(value_of(header, "rules"), 3), MSGPACK_OBJECT_STR, "gamma");
  assert_text(item_of(value_of(header, "classes"), 1), MSGPACK_OBJECT_STR, "oom");
  assert_int_equal(decoded->count, 2);
  forget(decoded);
  sift_state_buffer_release(&bytes);
}

static void a_space_is_an_array_as_documented(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("owner/name"), .lines = 7, .bytes = 700};
  struct sift_span field = sift_span_of("torch");
  struct sift_observation dated = support_hit(2, INT64_C(1760000000000000000), "a.log", 40, "bad \xFF");
  dated.fields = &field;
  dated.field_count = 1;
  struct sift_observation later = support_hit(2, INT64_C(1760000002500000000), "b.log", 1, "good");
  struct sift_observation undated = support_hit(0, SIFT_TIME_NONE, "b.log", 70000, "");
  undated.demoted = true;
  undated.line = 0;
  assert_true(sift_space_observe(&space, &arena, &later));
  assert_true(sift_space_observe(&space, &arena, &dated));
  assert_true(sift_space_observe(&space, &arena, &undated));
  struct sift_state_buffer bytes = support_encode(&space);
  struct decoded *decoded = decode(&bytes);
  const msgpack_object *record = &decoded->objects[1].data;
  assert_int_equal(record->via.array.size, 7);
  assert_text(item_of(record, 0), MSGPACK_OBJECT_STR, "owner/name");
  assert_number(item_of(record, 1), 7);
  assert_number(item_of(record, 2), 700);
  assert_number(item_of(record, 3), 1760000000000000000);
  assert_number(item_of(record, 4), 1000000); /* 2.5 s is no whole number of seconds */
  assert_int_equal(item_of(record, 5)->via.array.size, 2);
  assert_text(item_of(item_of(record, 5), 0), MSGPACK_OBJECT_STR, "b.log");
  const msgpack_object *first = item_of(item_of(record, 6), 0);
  assert_number(item_of(first, 0), 0);
  assert_true(item_of(first, 1)->via.boolean);
  assert_int_equal(item_of(item_of(first, 3), 0)->type, MSGPACK_OBJECT_NIL);
  assert_number(item_of(item_of(first, 3), 2), 70000);
  assert_int_equal(item_of(first, 4)->type, MSGPACK_OBJECT_NIL);
  const msgpack_object *second = item_of(item_of(record, 6), 1);
  assert_number(item_of(second, 0), 2);
  assert_number(item_of(second, 2), 2);
  assert_number(item_of(item_of(second, 3), 0), 0);
  assert_number(item_of(item_of(second, 3), 1), 1); /* a.log */
  assert_number(item_of(item_of(second, 4), 0), 2500);
  assert_text(item_of(second, 6), MSGPACK_OBJECT_STR, "good");
  assert_int_equal(item_of(second, 7)->via.array.size, 0);
  forget(decoded);
  sift_state_buffer_release(&bytes);
  sift_arena_release(&arena);
}

static void text_that_is_no_utf8_is_bin(void **state) {
  (void)state;
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a")};
  struct sift_span fields[2] = {sift_span_of("\xFF"), sift_span_of("\xC3\xA9")};
  struct sift_observation seen = support_hit(1, 0, "s\xFE", 0, "bad \xFF");
  seen.fields = fields;
  seen.field_count = 2;
  assert_true(sift_space_observe(&space, &arena, &seen));
  struct sift_state_buffer bytes = support_encode(&space);
  struct decoded *decoded = decode(&bytes);
  const msgpack_object *evidence = item_of(item_of(&decoded->objects[1].data, 6), 0);
  assert_text(item_of(item_of(&decoded->objects[1].data, 5), 0), MSGPACK_OBJECT_BIN, "s\xFE");
  assert_text(item_of(evidence, 6), MSGPACK_OBJECT_BIN, "bad \xFF");
  assert_text(item_of(item_of(evidence, 7), 0), MSGPACK_OBJECT_BIN, "\xFF");
  assert_text(item_of(item_of(evidence, 7), 1), MSGPACK_OBJECT_STR, "\xC3\xA9");
  forget(decoded);
  sift_state_buffer_release(&bytes);
  sift_arena_release(&arena);
}

static void a_state_is_one_frame_with_a_checksum(void **state) {
  (void)state;
  struct sift_state_buffer bytes = support_state(NULL, 0, NULL);
  assert_int_equal(ZSTD_findFrameCompressedSize(bytes.bytes, bytes.size), bytes.size);
  assert_true(((unsigned char)bytes.bytes[4] & 4) != 0); /* RFC 8878, Content_Checksum_flag */
  assert_int_equal(ZSTD_getDictID_fromFrame(bytes.bytes, bytes.size), 0);
  sift_state_buffer_release(&bytes);
}

static enum sift_status take_few(void *context, const char *bytes, size_t size) {
  size_t *room = context;
  (void)bytes;
  if (size > *room) {
    return SIFT_EIO;
  }
  *room -= size;
  return SIFT_OK;
}

static void an_output_that_fails_is_told_and_stays_told(void **state) {
  (void)state;
  size_t room = 100;
  struct sift_state_writer *writer = NULL;
  struct sift_state_output output = {.write = take_few, .context = &room};
  assert_int_equal(sift_state_writer_new(&writer, output, &support_header), SIFT_OK);
  enum sift_status status = SIFT_OK;
  char name[32];
  int written = 0;
  uint64_t seed = 1;
  for (; status == SIFT_OK && written < 1000000; written++) {
    snprintf(name, sizeof name, "a/%08d", written);
    struct sift_space space = {.name = sift_span_of(name), .lines = support_random(&seed)};
    status = sift_state_write(writer, &space);
  }
  assert_int_equal(status, SIFT_EIO);
  assert_int_equal(sift_state_finish(writer, NULL), SIFT_EIO);
  sift_state_writer_free(writer);
}

static void many_sources_in_a_space_are_each_named_once(void **state) {
  (void)state;
  enum { RULES = 1000 };
  static char names[2 * RULES][16];
  static const char *rules[RULES];
  struct sift_arena arena;
  sift_arena_init(&arena);
  struct sift_space space = {.name = sift_span_of("a/b")};
  for (uint32_t i = 0; i < RULES; i++) {
    rules[i] = "rule";
    for (uint32_t j = 0; j < 2; j++) {
      snprintf(names[2 * i + j], sizeof names[0], "shard-%u", i / 2 + j);
      struct sift_observation seen = support_hit(i, (int64_t)j, names[2 * i + j], 0, "x");
      assert_true(sift_space_observe(&space, &arena, &seen));
    }
  }
  sift_space_sort(&space);
  struct sift_state_header header = support_header;
  header.rules = rules;
  header.rule_count = RULES;
  struct sift_state_buffer bytes = {0};
  struct sift_state_writer *writer = NULL;
  struct sift_fleet fleet;
  assert_int_equal(sift_fleet_init(&fleet), SIFT_OK);
  assert_int_equal(sift_state_writer_new(&writer, sift_state_buffer_output(&bytes), &header), SIFT_OK);
  assert_int_equal(sift_state_write(writer, &space), SIFT_OK);
  assert_int_equal(sift_state_finish(writer, &fleet), SIFT_OK);
  sift_state_writer_free(writer);
  struct decoded *decoded = decode(&bytes);
  const msgpack_object *sources = item_of(&decoded->objects[1].data, 5);
  assert_int_equal(sources->via.array.size, RULES / 2 + 1);
  const msgpack_object *last = item_of(item_of(&decoded->objects[1].data, 6), RULES - 1);
  assert_text(item_of(sources, (uint32_t)item_of(item_of(last, 4), 1)->via.u64), MSGPACK_OBJECT_STR, names[2 * RULES - 1]);
  forget(decoded);
  sift_state_buffer_release(&bytes);
  sift_fleet_release(&fleet);
  sift_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_header_names_the_rule_set_and_all_ids),
      cmocka_unit_test(a_space_is_an_array_as_documented),
      cmocka_unit_test(text_that_is_no_utf8_is_bin),
      cmocka_unit_test(a_state_is_one_frame_with_a_checksum),
      cmocka_unit_test(an_output_that_fails_is_told_and_stays_told),
      cmocka_unit_test(many_sources_in_a_space_are_each_named_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
