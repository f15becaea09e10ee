#include "run/copied_run.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/remove_folder.h"
#include "model/manifest.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

const char* const kManifest = "manifest.json";

std::filesystem::path origin_file(const std::filesystem::path& checkpoints) { return checkpoints / "copied_from.json"; }

void expect_whole(const std::filesystem::path& checkpoint) {
  const std::vector<Damage> damage =
      damage_of(checkpoint, {"config.json", "train_state/optimizer.safetensors", "train_state/state.json"});
  if (!damage.empty()) fail_input("{} {}", (checkpoint / damage.front().file).string(), damage.front().what);
}

void copy_file_of(const std::filesystem::path& name, const std::filesystem::path& from,
                  const std::filesystem::path& to) {
  make_folders((to / name).parent_path());
  const MappedFile file(from / name);
  FileWriter copy(to / name);
  copy.write({reinterpret_cast<const char*>(file.data()), file.bytes().size()});
  copy.finish();
}

// What the manifest lists: others may have put more into the folder.
void copy_checkpoint(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Json manifest = read_json(from / kManifest);
  for (const auto& [name, facts] : manifest.at("files").items()) copy_file_of(name, from, to);
  copy_file_of(kManifest, from, to);
}

void copy_events(const std::filesystem::path& from, const std::filesystem::path& to) {
  remove_folder(to);
  if (!fs::is_directory(from)) return;
  create_folder_atomically(to, [&](const std::filesystem::path& folder) {
    for (const std::filesystem::path& file : files_in(from, "")) copy_file_of(file.filename(), from, folder);
  });
}

}  // namespace

bool has_room_for_copy(const std::filesystem::path& folder) {
  const std::filesystem::path checkpoints = folder / "checkpoints";
  return !fs::exists(checkpoints) || holds_only_leftovers(checkpoints, "");
}

void copy_run(const PlannedRun& run, const std::filesystem::path& there, const std::filesystem::path& folder,
              const Json& origin) {
  const std::vector<std::filesystem::path> kept = kept_checkpoints(there);
  for (const std::filesystem::path& checkpoint : kept) expect_whole(checkpoint);
  const FileLock lock = FileLock::owner_of(folder);
  const std::filesystem::path checkpoints = folder / "checkpoints", best = there / "checkpoints/best";
  remove_folder(checkpoints);
  write_atomically(folder / "config.yaml", dump_options(run.options));
  write_json(folder / "inputs.json", run.inputs);
  write_atomically(folder / "metrics.jsonl", read_text(there / "metrics.jsonl"));
  copy_events(there / "events", folder / "events");
  create_folder_atomically(checkpoints, [&](const std::filesystem::path& beside) {
    for (const std::filesystem::path& checkpoint : kept) copy_checkpoint(checkpoint, beside / checkpoint.filename());
    if (fs::is_symlink(best)) fs::copy_symlink(best, beside / best.filename());
    write_json(origin_file(beside), origin);
  });
}

Json origin_of_run(const std::filesystem::path& folder) {
  const std::filesystem::path file = origin_file(folder / "checkpoints");
  return fs::exists(file) ? read_json(file) : Json();
}

}  // namespace flanmoe
