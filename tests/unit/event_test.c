/* What the encoder writes, read by msgpack-c, which knows nothing of ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <msgpack.h>

#include "engine/event.h"

/* A sealed rule set as far as events need one. */
struct fixture {
  struct sift_ruleset ruleset;
  struct sift_class classes[2];
  struct sift_rule rules[2];
  struct sift_span captures[2];
  struct sift_event_encoder *encoder;
};

static int set_up(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  assert_non_null(fixture);
  fixture->classes[0].id = "dep_missing_module";
  fixture->classes[1].id = "oom";
  fixture->captures[0] = sift_span_of("module");
  fixture->captures[1] = sift_span_of("hint");
  fixture->rules[0] = (struct sift_rule){.id = "module-not-found", .class_index = 0, .severity = SIFT_ERROR};
  fixture->rules[0].captures.items = fixture->captures;
  fixture->rules[0].captures.count = 2;
  fixture->rules[1] = (struct sift_rule){.id = "oom-killed", .class_index = 1, .severity = SIFT_FATAL};
  fixture->ruleset = (struct sift_ruleset){.name = "spaces", .version = "1", .hash_text = "abc"};
  fixture->ruleset.classes = fixture->classes;
  fixture->ruleset.class_count = 2;
  fixture->ruleset.rules = fixture->rules;
  fixture->ruleset.rule_count = 2;
  *state = fixture;
  return sift_event_encoder_new(&fixture->encoder, &fixture->ruleset) == SIFT_OK ? 0 : -1;
}

static int tear_down(void **state) {
  struct fixture *fixture = *state;
  sift_event_encoder_free(fixture->encoder);
  free(fixture);
  return 0;
}

static struct sift_event oom_event(void) {
  return (struct sift_event){.time_ns = SIFT_TIME_NONE,
                             .space = sift_span_of("owner/name"),
                             .channel = sift_span_of("run"),
                             .source = sift_span_of("shard.zst"),
                             .text = sift_span_of("Killed"),
                             .rule = 1,
                             .offset = 300};
}

/* The only object of the block. */
static void decode(struct fixture *fixture, msgpack_unpacked *object) {
  struct sift_span block = sift_event_block(fixture->encoder);
  size_t at = 0;
  msgpack_unpacked_init(object);
  assert_int_equal(msgpack_unpack_next(object, block.data, block.len, &at), MSGPACK_UNPACK_SUCCESS);
  assert_int_equal(at, block.len);
}

static const msgpack_object *find(const msgpack_object *map, const char *key) {
  assert_int_equal(map->type, MSGPACK_OBJECT_MAP);
  for (uint32_t i = 0; i < map->via.map.size; i++) {
    const msgpack_object *name = &map->via.map.ptr[i].key;
    if (sift_span_equal(sift_span(name->via.str.ptr, name->via.str.size), sift_span_of(key))) {
      return &map->via.map.ptr[i].val;
    }
  }
  return NULL;
}

static void assert_text(const msgpack_object *object, msgpack_object_type type, const char *text) {
  assert_non_null(object);
  assert_int_equal(object->type, type);
  assert_true(sift_span_equal(sift_span(object->via.str.ptr, object->via.str.size), sift_span_of(text)));
}

static void an_event_says_all_that_is_known(void **state) {
  struct fixture *fixture = *state;
  const struct sift_span fields[2] = {sift_span_of("torch"), sift_span_of("\xFF")};
  struct sift_event event = oom_event();
  event.rule = 0;
  event.time_ns = INT64_C(1769854830123456789);
  event.line = 12;
  event.text = sift_span_of("No module named 'torch'");
  event.fields = fields;
  event.field_count = 2;
  assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
  msgpack_unpacked object;
  decode(fixture, &object);
  assert_int_equal(object.data.via.map.size, 13);
  assert_int_equal(find(&object.data, "v")->via.u64, SIFT_EVENT_VERSION);
  assert_text(find(&object.data, "space"), MSGPACK_OBJECT_STR, "owner/name");
  assert_text(find(&object.data, "channel"), MSGPACK_OBJECT_STR, "run");
  assert_text(find(&object.data, "rule"), MSGPACK_OBJECT_STR, "module-not-found");
  assert_text(find(&object.data, "class"), MSGPACK_OBJECT_STR, "dep_missing_module");
  assert_text(find(&object.data, "severity"), MSGPACK_OBJECT_STR, "error");
  assert_int_equal(find(&object.data, "severity_number")->via.u64, 17);
  assert_text(find(&object.data, "source"), MSGPACK_OBJECT_STR, "shard.zst");
  assert_int_equal(find(&object.data, "offset")->via.u64, 300);
  assert_int_equal(find(&object.data, "line")->via.u64, 12);
  assert_text(find(&object.data, "text"), MSGPACK_OBJECT_STR, "No module named 'torch'");
  assert_text(find(find(&object.data, "fields"), "module"), MSGPACK_OBJECT_STR, "torch");
  assert_text(find(find(&object.data, "fields"), "hint"), MSGPACK_OBJECT_BIN, "\xFF");
  const msgpack_object *time = find(&object.data, "time");
  assert_int_equal(time->type, MSGPACK_OBJECT_EXT);
  assert_int_equal(time->via.ext.type, -1);
  msgpack_timestamp stamp;
  assert_true(msgpack_object_to_timestamp(time, &stamp));
  assert_int_equal(stamp.tv_sec, 1769854830);
  assert_int_equal(stamp.tv_nsec, 123456789);
  msgpack_unpacked_destroy(&object);
}

static void what_is_unknown_is_left_out_and_no_time_is_nil(void **state) {
  struct fixture *fixture = *state;
  struct sift_event event = oom_event();
  assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
  msgpack_unpacked object;
  decode(fixture, &object);
  assert_int_equal(object.data.via.map.size, 11);
  assert_int_equal(find(&object.data, "time")->type, MSGPACK_OBJECT_NIL);
  assert_null(find(&object.data, "line"));
  assert_null(find(&object.data, "cut"));
  assert_null(find(&object.data, "fields"));
  msgpack_unpacked_destroy(&object);
}

static void text_that_is_no_utf8_is_bin(void **state) {
  struct fixture *fixture = *state;
  struct sift_event event = oom_event();
  event.text = sift_span_of("Killed \xE9");
  event.source = sift_span_of("\xE9.log");
  assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
  msgpack_unpacked object;
  decode(fixture, &object);
  assert_text(find(&object.data, "text"), MSGPACK_OBJECT_BIN, "Killed \xE9");
  assert_text(find(&object.data, "source"), MSGPACK_OBJECT_BIN, "\xE9.log");
  msgpack_unpacked_destroy(&object);
}

static void a_long_text_is_cut_between_characters_and_says_so(void **state) {
  struct fixture *fixture = *state;
  static char text[3 * SIFT_EVENT_TEXT_MAX];
  memset(text, 'x', sizeof text);
  memcpy(text + SIFT_EVENT_TEXT_MAX - 2, "\xE2\x82\xAC", 3);
  struct sift_event event = oom_event();
  const struct sift_span fields[2] = {sift_span(text, sizeof text), sift_span(text, sizeof text)};
  event.rule = 0;
  event.fields = fields;
  event.field_count = 2;
  for (size_t len = SIFT_EVENT_TEXT_MAX; len <= SIFT_EVENT_TEXT_MAX + 1; len++) {
    event.text = sift_span(text, len);
    sift_event_clear(fixture->encoder);
    assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
    msgpack_unpacked object;
    decode(fixture, &object);
    bool cut = len > SIFT_EVENT_TEXT_MAX;
    assert_int_equal(find(&object.data, "text")->via.str.size, cut ? SIFT_EVENT_TEXT_MAX - 2 : SIFT_EVENT_TEXT_MAX);
    assert_int_equal(find(&object.data, "text")->type, cut ? MSGPACK_OBJECT_STR : MSGPACK_OBJECT_BIN);
    assert_int_equal(find(&object.data, "cut") != NULL, cut);
    assert_int_equal(find(find(&object.data, "fields"), "module")->via.str.size, SIFT_FIELD_BYTES_MAX);
    msgpack_unpacked_destroy(&object);
  }
}

static void the_largest_event_fits(void **state) {
  struct fixture *fixture = *state;
  static char text[100000];
  memset(text, '\xFF', sizeof text);
  const struct sift_span fields[2] = {sift_span(text, sizeof text), sift_span(text, sizeof text)};
  struct sift_event event = {.time_ns = INT64_MIN + 1, .rule = 0, .offset = UINT64_MAX, .line = UINT64_MAX};
  event.space = sift_span(text, 192);
  event.channel = sift_span(text, 32);
  event.source = sift_span(text, sizeof text);
  event.text = sift_span(text, sizeof text);
  event.fields = fields;
  event.field_count = 2;
  for (int i = 0; i < 100; i++) {
    assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
  }
  assert_in_range(sift_event_block(fixture->encoder).len, 100 * 8192, 100 * 16384);
}

static void a_header_says_what_made_the_events(void **state) {
  struct fixture *fixture = *state;
  assert_int_equal(sift_event_encode_header(fixture->encoder, "0.1.0"), SIFT_OK);
  msgpack_unpacked object;
  decode(fixture, &object);
  assert_text(find(&object.data, "spacesift"), MSGPACK_OBJECT_STR, "events");
  assert_int_equal(find(&object.data, "v")->via.u64, SIFT_EVENT_VERSION);
  assert_text(find(find(&object.data, "ruleset"), "name"), MSGPACK_OBJECT_STR, "spaces");
  assert_text(find(find(&object.data, "ruleset"), "hash"), MSGPACK_OBJECT_STR, "abc");
  assert_text(find(&object.data, "program"), MSGPACK_OBJECT_STR, "0.1.0");
  assert_text(find(&object.data, "engine"), MSGPACK_OBJECT_STR, sift_engine_version());
  assert_text(find(&object.data, "platform"), MSGPACK_OBJECT_STR, sift_engine_platform());
  msgpack_unpacked_destroy(&object);
}

static void clearing_keeps_the_memory(void **state) {
  struct fixture *fixture = *state;
  struct sift_event event = oom_event();
  assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
  const char *block = sift_event_block(fixture->encoder).data;
  size_t len = sift_event_block(fixture->encoder).len;
  for (int i = 0; i < 1000; i++) {
    sift_event_clear(fixture->encoder);
    assert_int_equal(sift_event_block(fixture->encoder).len, 0);
    assert_int_equal(sift_event_encode(fixture->encoder, &event), SIFT_OK);
  }
  assert_ptr_equal(sift_event_block(fixture->encoder).data, block);
  assert_int_equal(sift_event_block(fixture->encoder).len, len);
}

#define EVENT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      EVENT_TEST(an_event_says_all_that_is_known), EVENT_TEST(what_is_unknown_is_left_out_and_no_time_is_nil),
      EVENT_TEST(text_that_is_no_utf8_is_bin),     EVENT_TEST(a_long_text_is_cut_between_characters_and_says_so),
      EVENT_TEST(the_largest_event_fits),          EVENT_TEST(a_header_says_what_made_the_events),
      EVENT_TEST(clearing_keeps_the_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
