#include "tools/spacesift/report_output.h"

#include <string.h>

#include "engine/report.h"
#include "tools/spacesift/census.h"
#include "tools/spacesift/report_text.h"
#include "tools/spacesift/terminal.h"

enum { BLOCK_BYTES = 256 * 1024 }; /* written at once */

/* One report under way. */
struct report {
  FILE *out;
  const struct sift_report_input *input;
  enum sift_report_kind kind;
  struct sift_census census;
  struct sift_summary summary;
  struct sift_triage *triage;
  struct sift_json json;
  struct sift_report_text *text; /* kind text */
  uint64_t written;              /* Spaces */
};

bool sift_report_kind_parse(const char *name, enum sift_report_kind *out) {
  static const char *const names[] = {"text", "json", "jsonl", "none"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(name, names[i]) == 0) {
      *out = (enum sift_report_kind)i;
      return true;
    }
  }
  return false;
}

/* Hands over what is encoded when it is a block, or for `all` whatever there is. */
static enum sift_status flush(struct report *report, bool all) {
  struct sift_json *json = &report->json;
  if (json->failed) {
    return SIFT_ENOMEM;
  }
  if (json->len < BLOCK_BYTES && !all) {
    return SIFT_OK;
  }
  bool whole = json->len == 0 || fwrite(json->bytes, 1, json->len, report->out) == json->len;
  sift_json_clear(json);
  return whole ? SIFT_OK : SIFT_EIO;
}

static void put(struct report *report, const char *text) {
  sift_json_raw(&report->json, sift_span_of(text));
}

/* What stands before item `index` of a list: a new line in jsonl, a comma in json. */
static void separate(struct report *report, uint64_t index) {
  if (report->kind == SIFT_REPORT_JSON) {
    put(report, index == 0 ? "\n" : ",\n");
  }
}

static void end_item(struct report *report) {
  if (report->kind == SIFT_REPORT_JSONL) {
    put(report, "\n");
  }
}

static enum sift_status write_space(struct report *report, const struct sift_space *space) {
  const struct sift_ruleset *ruleset = report->input->ruleset;
  struct sift_verdict verdict;
  sift_triage_judge(report->triage, space, &verdict);
  enum sift_status status = sift_summary_add(&report->summary, space, &verdict, ruleset);
  if (status != SIFT_OK || report->kind == SIFT_REPORT_TEXT) {
    return status != SIFT_OK ? status : sift_report_text_add(report->text, space, &verdict);
  }
  separate(report, report->written++);
  sift_report_space(&report->json, ruleset, space, &verdict);
  end_item(report);
  return flush(report, false);
}

static enum sift_status write_spaces(struct report *report) {
  struct sift_census_pass *pass = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_census_pass_new(&pass, &report->census, report->input);
  while (status == SIFT_OK && (status = sift_state_merger_next(sift_census_pass_merger(pass), &space)) == SIFT_OK) {
    status = write_space(report, space);
  }
  sift_census_pass_free(pass);
  return status == SIFT_END ? SIFT_OK : status;
}

static enum sift_status write_fleet(struct report *report) {
  const struct sift_census *census = &report->census;
  const struct sift_ruleset *ruleset = report->input->ruleset;
  bool document = report->kind == SIFT_REPORT_JSON;
  put(report, document ? "\n],\"incidents\":[" : "");
  for (size_t i = 0; i < census->incidents.count; i++) {
    separate(report, i);
    sift_report_incident(&report->json, ruleset, &census->incidents.items[i]);
    end_item(report);
  }
  put(report, document ? "\n],\"summary\":\n" : "");
  sift_report_summary(&report->json, ruleset, &report->summary, &census->fleet, census->now_ns);
  put(report, document ? "}\n" : "\n");
  return flush(report, true);
}

static enum sift_status write_json(struct report *report) {
  put(report, report->kind == SIFT_REPORT_JSON ? "{\"spaces\":[" : "");
  enum sift_status status = write_spaces(report);
  sift_summary_finish(&report->summary);
  return status == SIFT_OK ? write_fleet(report) : status;
}

static enum sift_status write_text(struct report *report, bool colour) {
  unsigned width = report->input->width > 0 ? report->input->width : sift_terminal_width(report->out);
  enum sift_status status = sift_report_text_new(&report->text, report->input, width, colour);
  status = status == SIFT_OK ? write_spaces(report) : status;
  if (status == SIFT_OK) {
    sift_summary_finish(&report->summary);
    status = sift_report_text_write(report->text, report->out, &report->census, &report->summary);
  }
  sift_report_text_free(report->text);
  return status;
}

enum sift_status sift_report_write(FILE *out, const struct sift_report_input *input, enum sift_report_kind kind, bool colour) {
  if (kind == SIFT_REPORT_NONE) {
    return SIFT_OK;
  }
  struct report report = {.out = out, .input = input, .kind = kind};
  sift_json_init(&report.json);
  enum sift_status status = sift_census_take(&report.census, input);
  if (status != SIFT_OK) {
    return status;
  }
  status = sift_summary_init(&report.summary, input->ruleset);
  if (status == SIFT_OK) {
    status = sift_triage_new(&report.triage, input->ruleset, &report.census.incidents);
    if (status == SIFT_OK) {
      const struct sift_scene scene = sift_census_scene(&report.census, input);
      sift_triage_set_scene(report.triage, &scene);
      status = kind == SIFT_REPORT_TEXT ? write_text(&report, colour) : write_json(&report);
    }
    sift_triage_free(report.triage);
    sift_summary_release(&report.summary);
  }
  if (status == SIFT_OK && fflush(out) != 0) {
    status = SIFT_EIO;
  }
  sift_json_release(&report.json);
  sift_census_release(&report.census);
  return status;
}
