#include "engine/reason.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

struct reason_row {
  const char *name;
  const char *text;
  bool damage;
};

static const struct reason_row rows[] = {
    [SIFT_REASON_AUTH_FAILED] =
        {"auth_failed",
         "the peer's shared key, user or password is wrong and the connection was closed: compare both configurations", true},
    [SIFT_REASON_AUTH_MISSING] =
        {"auth_missing", "records without the handshake that the listener asks for; cut off: give the sender the shared key", true},
    [SIFT_REASON_BAD_SPACE_NAME] = {"bad_space_name",
                                    "the name of the Space is not owner/name; counted under \"-\": mend what writes the records",
                                    true},
    [SIFT_REASON_BAD_TIME] =
        {"bad_time", "not a time between 1990 and 2100; the record is kept without one: check the sender's clock and format", true},
    [SIFT_REASON_CORRUPT] = {"corrupt", "the compressed data is damaged and the rest of the file is lost: fetch it again", true},
    [SIFT_REASON_DICTIONARY] = {"dictionary", "needs a zstd dictionary: compress the file again without one", true},
    [SIFT_REASON_DIRECTORY_LOOP] = {"directory_loop", "the directory leads back to itself and was skipped: remove the link", true},
    [SIFT_REASON_EMPTY] = {"empty", "a file without a byte: check whether its writer ran", true},
    [SIFT_REASON_FORWARD_CHUNK_ID] =
        {"forward_chunk_id",
         "a chunk's id is no string or over 503 bytes, so that no ack can hold it, and the connection was closed: check the sender",
         true},
    [SIFT_REASON_FORWARD_ENTRY] =
        {"forward_entry",
         "an entry of a Forward message that is not a time and a record, or damage among them; dropped: check the sender", true},
    [SIFT_REASON_FORWARD_JSON] =
        {"forward_json",
         "JSON instead of msgpack on a Forward listener, so the connection was closed: send JSON Lines to a tcp:// listener", true},
    [SIFT_REASON_FORWARD_SIGNAL] =
        {"forward_signal",
         "metrics, traces or the like, which are no logs; acked and dropped: match only logs in the sender's output", false},
    [SIFT_REASON_FRAME_SYNTAX] =
        {"frame_syntax",
         "bytes that are no frame of the listener's protocol: check that the sender speaks what the listener's URL says", true},
    [SIFT_REASON_FRAME_TOO_LONG] =
        {"frame_too_long",
         "a frame over the limit, cut there or its connection closed: raise the frame limit, or have the sender make shorter ones",
         true},
    [SIFT_REASON_INFLATED_LIMIT] =
        {"inflated_limit", "a compressed frame that would become longer than the limit; dropped: have the sender make smaller ones",
         true},
    [SIFT_REASON_JSON_DEPTH] = {"json_depth", "JSON nested too deeply; the record was dropped", true},
    [SIFT_REASON_JSON_SYNTAX] = {"json_syntax", "not JSON; the record was dropped: set --format if the file is no JSON Lines",
                                 true},
    [SIFT_REASON_JSON_TEXT] = {"json_text",
                               "the text field is absent or no string; the record was dropped: name it with --field text=NAME",
                               true},
    [SIFT_REASON_LINE_CUT] = {"line_cut", "a line longer than 1 MiB, read in pieces of that length", true},
    [SIFT_REASON_MATCH_LIMIT] =
        {"match_limit", "too costly a line for a rule's look-around or back-references, so no match there: mend the rule's pattern",
         true},
    [SIFT_REASON_NO_SPACE] = {"no_space", "names no Space, counted under \"-\": use --layout or --field space=NAME", false},
    [SIFT_REASON_NOT_A_FILE] = {"not_a_file", "neither a file nor a pipe; skipped", true},
    [SIFT_REASON_OVERFLOW_DROPPED] = {"overflow_dropped",
                                      "records came while the memory limit was reached, and were dropped as configured", true},
    [SIFT_REASON_OWN_FILE] = {"own_file",
                              "a state or events file of spacesift, not a log; skipped: keep such files outside the logs", true},
    [SIFT_REASON_RECORD_TOO_LONG] = {"record_too_long", "a record longer than 1 MiB; dropped", true},
    [SIFT_REASON_SPACE_LIMIT] = {"space_limit", "more Spaces than the limit; the rest is counted together", true},
    [SIFT_REASON_STREAM_LIMIT] =
        {"stream_limit", "more Spaces in one shard than are remembered, so open build steps were forgotten: split the shard", true},
    [SIFT_REASON_TRAILING_BYTES] = {"trailing_bytes", "something else follows the compressed data and was not read", true},
    [SIFT_REASON_TRUNCATED] = {"truncated", "the file stops in the middle of its compressed data: fetch it again", true},
    [SIFT_REASON_UNREADABLE] = {"unreadable", "the system refused to open or read it: check that it exists and its permissions",
                                true},
    [SIFT_REASON_UTF8_REPAIRED] = {"utf8_repaired", "invalid UTF-8 inside JSON, replaced by U+FFFD", false},
    [SIFT_REASON_WINDOW_LIMIT] =
        {"window_limit", "a zstd window over the limit: raise it with --window-log, or compress the file again without --long",
         true},
};
static_assert(sizeof rows / sizeof rows[0] == SIFT_REASONS, "a row for each reason");

const char *sift_reason_name(enum sift_reason reason) {
  assert((unsigned)reason < SIFT_REASONS);
  return rows[reason].name;
}

const char *sift_reason_text(enum sift_reason reason) {
  assert((unsigned)reason < SIFT_REASONS);
  return rows[reason].text;
}

int sift_reason_is_damage(enum sift_reason reason) {
  assert((unsigned)reason < SIFT_REASONS);
  return rows[reason].damage;
}
