#include <cstdio>

#include "cli/cli.h"
#include "gate/advice.h"

namespace explaingate {

int advise_command(const GateOptions& options, const std::vector<std::string>& paths) {
  GateOptions whole = options;
  whole.all = true;
  Context context;
  if (Status ready = prepare(whole, context); !ready) return report_error(ready.error());
  Run& run = context.run;
  auto wanted = paths_from_root(run, paths);
  if (!wanted) return report_error(wanted.error());
  if (!run.settings.url.empty())
    return report_error(Error{ErrorKind::kUsage, "advise tries indexes, and on a server that isn't ours none is tried",
                              "", 0, 0, "",
                              "leave --url and EXPLAINGATE_PLAN_URL out: --engine postgres starts a server"});
  run.engine_options.measure = !run.settings.seed.empty();  // advised indexes are built over it
  auto finish = [&](int code) {
    if (context.progress) std::fputs("\r\x1b[K", stderr);
    return code;
  };
  using Pass = Status (*)(Run&);
  for (Pass pass : {Pass(load_schemas), Pass(load_program), Pass(load_statements), Pass(load_baseline),
                    Pass(parse_statements), Pass(pair_statements), Pass(add_code_tables), Pass(open_engines),
                    Pass(plan_statements), Pass(list_not_analysed)})
    if (Status done = pass(run); !done) return finish(report_error(done.error()));
  auto advice = advise(run, *wanted);
  finish(0);
  if (!advice) return report_error(advice.error());
  int code = advice->outcome.unverified && advice->outcome.planned == 0 ? 3 : 0;
  Status written = emit(options, {{"text", [&] { return advice_text(*advice, style_of(options)); }},
                                  {"json", [&] { return advice_json(*advice, code); }}});
  return written ? code : report_error(written.error());
}

}  // namespace explaingate
