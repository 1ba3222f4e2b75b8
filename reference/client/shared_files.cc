#include "client/shared_files.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <utility>

namespace coffer::client {
namespace {

// Those that this kernel's headers do not name.
constexpr std::uint32_t lustre = 0x0bd00bd0, gfs2 = 0x01161970, orangefs = 0x20030528, beegfs = 0x19830326, gpfs = 0x47504653,
                        virtual_box = 0x786f4256, vmware = 0xbacbacbc;

constexpr std::array<std::uint32_t, 19> shared{
    NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  SMB2_SUPER_MAGIC,  CIFS_SUPER_MAGIC, V9FS_MAGIC, CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC, AFS_FS_MAGIC,
    CODA_SUPER_MAGIC, FUSE_SUPER_MAGIC, OCFS2_SUPER_MAGIC, lustre,           gfs2,       orangefs,         beegfs,          gpfs,
    virtual_box,      vmware,           NCP_SUPER_MAGIC};

}  // namespace

bool is_shared(std::uint32_t file_system) { return std::ranges::find(shared, file_system) != shared.end(); }

SharedFiles::SharedFiles(NumberOf number_of) : number_of_(std::move(number_of)) {}

bool SharedFiles::hold(int directory) {
  struct stat status {};
  if (::fstat(directory, &status) != 0) return is_shared(number_of_(directory));
  const auto [known, is_new] = devices_.try_emplace(status.st_dev);
  if (is_new) known->second = is_shared(number_of_(directory));
  return known->second;
}

std::uint32_t file_system_number(int directory) {
  struct statfs status {};
  return ::fstatfs(directory, &status) == 0 ? static_cast<std::uint32_t>(status.f_type) : 0;
}

}  // namespace coffer::client
