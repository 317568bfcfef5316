#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/event.h"
#include "engine/event_read.h"
#include "engine/pack.h"

/* Some events of a rule set with captures, packed by the encoder. */
static void encode(struct sift_pack *out) {
  static struct sift_span captures[2];
  static struct sift_class classes[1] = {{.id = "dep_missing_module"}};
  static struct sift_rule rules[2] = {{.id = "with-fields", .severity = SIFT_ERROR}, {.id = "without", .severity = SIFT_INFO}};
  captures[0] = sift_span_of("module");
  captures[1] = sift_span_of("port");
  rules[0].captures.items = captures;
  rules[0].captures.count = 2;
  struct sift_ruleset ruleset = {
      .name = "spaces", .version = "1", .classes = classes, .class_count = 1, .rules = rules, .rule_count = 2};
  struct sift_event_encoder *encoder = NULL;
  const struct sift_span fields[2] = {sift_span_of("torch"), sift_span_of("\xFF")};
  struct sift_event event = {
      .time_ns = 1769854830123000000, .rule = 0, .offset = 70000, .line = 12, .fields = fields, .field_count = 2};
  event.space = sift_span_of("owner/name");
  event.channel = sift_span_of("run");
  event.source = sift_span_of("shard");
  event.text = sift_span_of("No module named 'torch'");
  assert_int_equal(sift_event_encoder_new(&encoder, &ruleset), SIFT_OK);
  assert_int_equal(sift_event_encode_header(encoder, "0.1.0"), SIFT_OK);
  assert_int_equal(sift_event_encode(encoder, &event), SIFT_OK);
  event = (struct sift_event){.time_ns = SIFT_TIME_NONE, .rule = 1, .space = event.space, .channel = event.channel};
  event.source = sift_span_of("other");
  event.text = sift_span_of("");
  assert_int_equal(sift_event_encode(encoder, &event), SIFT_OK);
  struct sift_span block = sift_event_block(encoder);
  char *at = sift_pack_reserve(out, block.len);
  assert_non_null(at);
  sift_pack_commit(out, sift_put_bytes(at, block));
  sift_event_encoder_free(encoder);
}

/* Reads all, `step` bytes a read; *events counts, *offset is where the end or the damage is. */
struct dribble {
  struct sift_span rest;
  size_t step;
};

static enum sift_status dribble(void *context, char *buffer, size_t size, size_t *got) {
  struct dribble *input = context;
  *got = size < input->step ? size : input->step;
  *got = *got < input->rest.len ? *got : input->rest.len;
  if (*got > 0) {
    memcpy(buffer, input->rest.data, *got);
  }
  input->rest = sift_span(input->rest.data + *got, input->rest.len - *got);
  return SIFT_OK;
}

static enum sift_status read_all(const char *bytes, size_t len, size_t step, size_t *events, uint64_t *offset) {
  struct dribble input = {sift_span(bytes, len), step};
  struct sift_event_reader *reader = NULL;
  const struct sift_event_record *event = NULL;
  enum sift_status status = SIFT_OK;
  assert_int_equal(sift_event_reader_new(&reader, (struct sift_state_input){.read = dribble, .context = &input}), SIFT_OK);
  for (*events = 0; (status = sift_event_next(reader, &event)) == SIFT_OK; ++*events) {}
  assert_int_equal(sift_event_next(reader, &event), status);
  *offset = sift_event_reader_offset(reader);
  sift_event_reader_free(reader);
  return status;
}

static bool text_is(struct sift_span span, const char *text) {
  return sift_span_equal(span, sift_span_of(text));
}

static void events_come_back_with_all_that_they_say(void **state) {
  (void)state;
  struct sift_pack pack = {0};
  encode(&pack);
  struct dribble input = {sift_span(pack.bytes, pack.len), SIZE_MAX};
  struct sift_event_reader *reader = NULL;
  const struct sift_event_record *event = NULL;
  assert_int_equal(sift_event_reader_new(&reader, (struct sift_state_input){.read = dribble, .context = &input}), SIFT_OK);
  assert_int_equal(sift_event_next(reader, &event), SIFT_OK);
  assert_true(event->time_ns == 1769854830123000000);
  assert_true(text_is(event->space, "owner/name") && text_is(event->channel, "run") && text_is(event->rule, "with-fields"));
  assert_true(text_is(event->class_id, "dep_missing_module") && text_is(event->severity, "error"));
  assert_true(text_is(event->source, "shard") && text_is(event->text, "No module named 'torch'"));
  assert_int_equal(event->severity_number, 17);
  assert_int_equal(event->offset, 70000);
  assert_int_equal(event->line, 12);
  assert_false(event->cut);
  assert_int_equal(event->field_count, 2);
  assert_true(text_is(event->fields[0].name, "module") && text_is(event->fields[0].value, "torch"));
  assert_true(text_is(event->fields[1].name, "port") && text_is(event->fields[1].value, "\xFF"));
  assert_int_equal(sift_event_next(reader, &event), SIFT_OK);
  assert_true(event->time_ns == SIFT_TIME_NONE);
  assert_int_equal(event->line + event->field_count, 0);
  assert_int_equal(sift_event_next(reader, &event), SIFT_END);
  sift_event_reader_free(reader);
  sift_pack_release(&pack);
}

static void streams_may_follow_one_another_and_come_in_any_pieces(void **state) {
  (void)state;
  struct sift_pack pack = {0};
  for (int i = 0; i < 200; i++) {
    encode(&pack);
  }
  for (size_t step = 1; step < 100000; step = step * 5 + 2) {
    size_t events = 0;
    uint64_t offset = 0;
    assert_int_equal(read_all(pack.bytes, pack.len, step, &events, &offset), SIFT_END);
    assert_int_equal(events, 400);
    assert_int_equal(offset, pack.len);
  }
  sift_pack_release(&pack);
}

static void a_stream_cut_short_is_truncated_where_its_last_object_begins(void **state) {
  (void)state;
  struct sift_pack pack = {0};
  encode(&pack);
  size_t headed = 0;
  uint64_t last = 0;
  for (size_t len = 0; len < pack.len; len++) {
    size_t events = 0;
    uint64_t offset = 0;
    enum sift_status status = read_all(pack.bytes, len, SIZE_MAX, &events, &offset);
    if (status == SIFT_EFORMAT) {
      assert_int_equal(headed, 0); /* no header yet */
      continue;
    }
    headed++;
    assert_true(status == SIFT_ETRUNCATED || status == SIFT_END);
    assert_true(offset >= last && (status == SIFT_END ? offset == len : offset < len));
    last = offset;
  }
  assert_true(headed > 100);
  sift_pack_release(&pack);
}

struct forged {
  const char *what;
  const char *bytes;
  size_t len;
  enum sift_status expected;
};
#define HEADER                                                                                                                     \
  "\x82\xA9spacesift\xA6"                                                                                                          \
  "events\xA1v\x01"
#define REQUIRED                                                                                                                   \
  "\xA4time\xC0\xA5space\xA0\xA7"                                                                                                  \
  "channel\xA0\xA4rule\xA0\xA5"                                                                                                    \
  "class\xA0\xA8severity\xA0\xAFseverity_number\x09\xA6source\xA0\xA6"                                                             \
  "offset\x00\xA4text\xA0"
#define FORGED(what, bytes, expected)                                                                                              \
  { what, bytes, sizeof(bytes) - 1, expected }

static const struct forged cases[] = {
    FORGED("nothing", "", SIFT_EFORMAT),
    FORGED("text", "hello", SIFT_EFORMAT),
    FORGED("a state", "\x82\xA9spacesift\xA5state\xA1v\x01", SIFT_EFORMAT),
    FORGED("an event without a header", "\x8A" REQUIRED, SIFT_EFORMAT),
    FORGED("the next version",
           "\x82\xA9spacesift\xA6"
           "events\xA1v\x02",
           SIFT_EVERSION),
    FORGED("a header alone", HEADER, SIFT_END),
    FORGED("a header that says more",
           "\x83\xA9spacesift\xA6"
           "events\xA1v\x01\xA4more\x91\x91\x91\xC0",
           SIFT_END),
    FORGED("an event", HEADER "\x8A" REQUIRED, SIFT_END),
    FORGED("an event that says more", HEADER "\x8B" REQUIRED "\xA4more\x91\x91\x91\xC0", SIFT_END),
    FORGED("an event of another version", HEADER "\x8B" REQUIRED "\xA1v\x02", SIFT_ECORRUPT),
    FORGED("a key missing", HEADER "\x81\xA4time\xC0", SIFT_ECORRUPT),
    FORGED("a key twice", HEADER "\x8B" REQUIRED "\xA4text\xA0", SIFT_ECORRUPT),
    FORGED("a key that is a number", HEADER "\x8B" REQUIRED "\x01\xA0", SIFT_ECORRUPT),
    FORGED("no map", HEADER "\x90", SIFT_ECORRUPT),
    FORGED("an absurd count", HEADER "\xDF\xFF\xFF\xFF\xFF", SIFT_ECORRUPT),
    FORGED("an absurd length", HEADER "\x8A\xA4time\xC0\xA5space\xDB\xFF\xFF\xFF\xFF" REQUIRED, SIFT_ECORRUPT),
    FORGED("a time that is a number", HEADER "\x8A\xA4time\x05" REQUIRED, SIFT_ECORRUPT),
    FORGED("nine fields",
           HEADER "\x8B" REQUIRED "\xA6"
                  "fields\x89",
           SIFT_ECORRUPT),
    FORGED("a field's name that is no word",
           HEADER "\x8B" REQUIRED "\xA6"
                  "fields\x81\xA2\"x\xA0",
           SIFT_ECORRUPT),
    FORGED("a field without a name",
           HEADER "\x8B" REQUIRED "\xA6"
                  "fields\x81\xA0\xA0",
           SIFT_ECORRUPT),
    FORGED("a field that is a number",
           HEADER "\x8B" REQUIRED "\xA6"
                  "fields\x81\xA1x\x05",
           SIFT_ECORRUPT),
};

static void forged_events_are_judged_as_they_deserve(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    for (size_t step = 1; step < 100; step += 98) {
      size_t events = 0;
      uint64_t offset = 0;
      enum sift_status status = read_all(cases[i].bytes, cases[i].len, step, &events, &offset);
      if (status != cases[i].expected) {
        fail_msg("%s: %s", cases[i].what, sift_status_text(status));
      }
    }
  }
}

static void maps_of_the_journal_are_passed_over(void **state) {
  (void)state;
  static const char bytes[] = HEADER "\x82\xA7journal\x01\xA6"
                                     "spaces\x91\x93\xA3"
                                     "a/b\x05\xCD\x01\x00"
                                     "\x8A" REQUIRED "\x81\xA7journal\xC0";
  static const char unheaded[] = "\x81\xA7journal\x01";
  static const char later[] = HEADER "\x82\xA1v\x01\xA7journal\x01";
  for (size_t step = 1; step < 100; step++) {
    size_t events = 0;
    uint64_t offset = 0;
    assert_int_equal(read_all(bytes, sizeof bytes - 1, step, &events, &offset), SIFT_END);
    assert_int_equal(events, 1);
    assert_int_equal(offset, sizeof bytes - 1);
    assert_int_equal(read_all(bytes, sizeof bytes - 2, step, &events, &offset), SIFT_ETRUNCATED);
    assert_int_equal(events, 1);
    assert_int_equal(read_all(unheaded, sizeof unheaded - 1, step, &events, &offset), SIFT_EFORMAT);
    assert_int_equal(read_all(later, sizeof later - 1, step, &events, &offset), SIFT_ECORRUPT);
  }
}

static void an_event_without_an_end_is_given_up_at_the_limit(void **state) {
  (void)state;
  static char bytes[4 * SIFT_EVENT_BYTES_MAX];
  static const char begin[] = HEADER "\x8B" REQUIRED "\xA4more";
  memset(bytes, 0x91, sizeof bytes); /* arrays within arrays */
  memcpy(bytes, begin, sizeof begin - 1);
  size_t events = 0;
  uint64_t offset = 0;
  assert_int_equal(read_all(bytes, sizeof bytes, SIZE_MAX, &events, &offset), SIFT_ECORRUPT);
  assert_int_equal(offset, sizeof HEADER - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_come_back_with_all_that_they_say),
      cmocka_unit_test(streams_may_follow_one_another_and_come_in_any_pieces),
      cmocka_unit_test(a_stream_cut_short_is_truncated_where_its_last_object_begins),
      cmocka_unit_test(forged_events_are_judged_as_they_deserve),
      cmocka_unit_test(maps_of_the_journal_are_passed_over),
      cmocka_unit_test(an_event_without_an_end_is_given_up_at_the_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
