#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/options.h"
#include "tools/fleetgen/words.h"

enum { ARGUMENTS_MAX = 48 };

/* Parses a command line of words, as the shell would split it. */
static enum sift_status parse(struct sift_gen_options *options, const char *line, char *error) {
  static char words[400];
  char *arguments[ARGUMENTS_MAX] = {"fleetgen"};
  int count = 1;
  assert_true(strlen(line) < sizeof(words));
  memcpy(words, line, strlen(line) + 1);
  for (char *word = strtok(words, " "); word != NULL && count + 1 < ARGUMENTS_MAX; word = strtok(NULL, " ")) {
    arguments[count++] = word;
  }
  error[0] = '\0';
  return sift_gen_options_parse(options, count, arguments, error, 512);
}

static struct sift_gen_send_options good(const char *line) {
  struct sift_gen_options options;
  char error[512];
  if (parse(&options, line, error) != SIFT_OK) {
    fail_msg("%s: %s", line, error);
  }
  return options.send;
}

static void bad(const char *line, const char *hint) {
  struct sift_gen_options options;
  char error[512];
  assert_int_equal(parse(&options, line, error), SIFT_EINVAL);
  if (strstr(error, hint) == NULL) {
    fail_msg("%s: \"%s\" does not say \"%s\"", line, error, hint);
  }
}

static void defaults_are_those_of_the_help(void **state) {
  (void)state;
  struct sift_gen_send_options send = good("--send forward://h:1");
  assert_true(send.rate == 0);
  assert_int_equal(send.connections, 1);
  assert_int_equal(send.compression, SIFT_GEN_NONE);
  assert_int_equal(send.mode, SIFT_GEN_PACKED);
  assert_int_equal(send.chunk, 1000);
  assert_int_equal(send.window, 64);
  assert_int_equal(send.timeout_s, 60);
  assert_int_equal(send.ids, SIFT_GEN_IDS_RANDOM);
  assert_string_equal(send.tag, "fleetgen");
  assert_false(send.ack || send.retry || send.preload || send.shifted || send.raw || send.insecure || send.json);
  send = good("--send syslog://h:1");
  assert_int_equal(send.framing, SIFT_GEN_COUNTED);
  assert_int_equal(send.rfc, SIFT_GEN_RFC5424);
  assert_null(good("--out d").target.url);
}

static void what_is_typed_is_taken(void **state) {
  (void)state;
  struct sift_gen_send_options send =
      good("--send forward+tls://h:1 --rate 0.5 --connections 3 --times now --preload --record kubernetes "
           "--mode forward --tag a.b --chunk 2k --ack --window 7 --ids seed --retry --timeout 9 --json");
  assert_true(send.rate == 0.5);
  assert_int_equal(send.connections, 3);
  assert_true(send.shifted && send.preload && send.ack && send.retry && send.json);
  assert_int_equal(send.record, SIFT_GEN_KUBERNETES);
  assert_int_equal(send.mode, SIFT_GEN_FORWARDED);
  assert_string_equal(send.tag, "a.b");
  assert_int_equal(send.chunk, 2048);
  assert_int_equal(send.window, 7);
  assert_int_equal(send.ids, SIFT_GEN_IDS_SEED);
  assert_int_equal(send.timeout_s, 9);
  send = good("--send forward+tls://h:1 --shared-key k --user u --password p --ca c --cert e --key y");
  assert_string_equal(send.shared_key, "k");
  assert_string_equal(send.user, "u");
  assert_string_equal(send.password, "p");
  assert_string_equal(send.ca, "c");
  assert_string_equal(send.cert, "e");
  assert_string_equal(send.key, "y");
  assert_true(good("--send tcp+tls://h:1 --insecure").insecure);
  send = good("--send syslog://h:1 --framing lf --rfc 3164");
  assert_int_equal(send.framing, SIFT_GEN_LF);
  assert_int_equal(send.rfc, SIFT_GEN_RFC3164);
  assert_true(good("--send tcp://h:1 --format raw").raw);
}

static void compression_of_chunks_is_a_mode(void **state) {
  (void)state;
  struct sift_gen_send_options send = good("--send forward://h:1 --compress zstd");
  assert_int_equal(send.mode, SIFT_GEN_COMPRESSED);
  assert_int_equal(send.compression, SIFT_GEN_ZSTD);
  send = good("--send forward://h:1 --mode compressed");
  assert_int_equal(send.compression, SIFT_GEN_GZIP);
  assert_int_equal(good("--send tcp://h:1 --compress gzip").compression, SIFT_GEN_GZIP);
  assert_int_equal(good("--send tcp://h:1 --compress none").compression, SIFT_GEN_NONE);
  bad("--send forward://h:1 --mode packed --compress zstd", "--mode compressed");
  bad("--send forward://h:1 --mode compressed --compress none", "--compress gzip");
  bad("--send syslog://h:1 --compress zstd", "tcp:// and forward://");
}

static void what_does_not_go_together_is_refused(void **state) {
  (void)state;
  bad("--out d --rate 5", "--rate goes with --send URL");
  bad("--out d --ack", "--ack goes with --send URL");
  bad("--send tcp://h:1 --ack", "--ack goes with --send forward://");
  bad("--send syslog://h:1 --mode packed", "--mode goes with --send forward://");
  bad("--send forward://h:1 --retry", "--retry goes with --ack");
  bad("--send forward://h:1 --window 3", "--window goes with --ack");
  bad("--send forward://h:1 --framing lf", "--framing goes with --send syslog://");
  bad("--send tcp://h:1 --ca x", "+tls");
  bad("--send tcp+unix:///s --insecure", "+tls");
  bad("--send tcp+tls://h:1 --ca x --insecure", "leave one of them out");
  bad("--send tcp+tls://h:1 --cert x", "--cert FILE --key FILE");
  bad("--send forward://h:1 --user u", "--shared-key FILE --user NAME --password FILE");
  bad("--send forward://h:1 --user u --password p", "--shared-key FILE --user NAME --password FILE");
  bad("--send forward://h:1 --password p --shared-key k", "--shared-key FILE --user NAME --password FILE");
  bad("--send forward://h:1 --format raw", "--format goes with --send tcp://");
  bad("--send tcp://h:1 --format sse", "--format jsonl");
  bad("--send tcp://h:1 --format raw --record kubernetes", "--format jsonl");
  bad("--send syslog://h:1 --record kubernetes", "forward://");
  bad("--send forward://h:1 --mode message --chunk 5", "leave out --chunk");
  bad("--send tcp://h:1 --shape mixed", "--shape is about files");
  bad("--send tcp://h:1 --shards 3", "--shards is about files");
  bad("--send tcp://h:1 --spaces 3 --connections 4", "at most --connections 3");
}

static void wrong_values_are_refused(void **state) {
  (void)state;
  bad("--send tcp://h:1 --rate -1", "--rate 5000");
  bad("--send tcp://h:1 --rate fast", "--rate 5000");
  bad("--send tcp://h:1 --rate nan", "--rate 5000");
  bad("--send tcp://h:1 --connections 0", "from 1 to");
  bad("--send tcp://h:1 --connections 1025", "from 1 to 1024");
  bad("--send tcp://h:1 --times then", "log now");
  bad("--send forward://h:1 --ack --window 0", "from 1 to 1024");
  bad("--send forward://h:1 --chunk 0", "from 1 to 100000");
  bad("--send forward://h:1 --mode pack", "message forward packed compressed");
  bad("--send syslog://h:1 --rfc 5425", "5424 3164");
  bad("--send tcp:/h:1", "no URL");
  bad("--send", "needs a value");
}

static void every_option_has_a_name_of_its_own(void **state) {
  (void)state;
  for (int i = 0; i < SIFT_GEN_SEND_OPTIONS; i++) {
    const char *name = sift_gen_send_option_name((enum sift_gen_send_option)i);
    assert_non_null(name);
    for (int k = 0; k < i; k++) {
      assert_string_not_equal(name, sift_gen_send_option_name((enum sift_gen_send_option)k));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_those_of_the_help),  cmocka_unit_test(what_is_typed_is_taken),
      cmocka_unit_test(compression_of_chunks_is_a_mode), cmocka_unit_test(what_does_not_go_together_is_refused),
      cmocka_unit_test(wrong_values_are_refused),        cmocka_unit_test(every_option_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
