@0xc0ffe7a1e5b2d364;
# Control payloads, data metadata and sealed records of the Coffer protocol.
#
# On the wire every message is ONE struct in Cap'n Proto's canonical form without a segment table, and an empty
# text, data or list field is a null pointer, so that each message has exactly one encoding (MSG-001, MSG-002).
# Widths: identifiers of blocks, checksums and links are 32 octets; times are nanoseconds since 1970-01-01T00:00Z.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("coffer::schema");

struct Control {
  union {
    # Any time, either direction.
    disconnect     @0  :Disconnect;
    # Ready and restoring.
    ping           @1  :Ping;
    pong           @2  :Pong;
    goodbye        @3  :Goodbye;
    # The steps to ready.
    version        @4  :Version;
    proceed        @5  :Proceed;
    computer       @6  :Computer;
    serverIdentity @7  :ServerIdentity;
    login          @8  :Login;
    loginAccepted  @9  :LoginAccepted;
    configState    @10 :ConfigState;
    configPush     @11 :ConfigPush;
    configAck      @12 :ConfigAck;
    ready          @13 :Ready;
    # Backup.
    offerBlocks    @14 :OfferBlocks;
    missingBlocks  @15 :MissingBlocks;
    commitVersion  @16 :CommitVersion;
    versionCommitted @17 :VersionCommitted;
    # Versions and restore.
    listVersions   @18 :ListVersions;
    versions       @19 :Versions;
    restoreBegin   @20 :RestoreBegin;
    restoreBegun   @21 :RestoreBegun;
    fetchBlocks    @22 :FetchBlocks;
    blocksFetched  @23 :BlocksFetched;
    restoreEnd     @24 :RestoreEnd;
    restoreEnded   @25 :RestoreEnded;
    # Retention.
    listBlocks     @26 :ListBlocks;
    blockList      @27 :BlockList;
    releaseBlocks  @28 :ReleaseBlocks;
    blocksReleased @29 :BlocksReleased;
    # Keys.
    fetchKey       @30 :FetchKey;
    keyState       @31 :KeyState;
    storeKey       @32 :StoreKey;
    keyStored      @33 :KeyStored;
    recoverKey     @34 :RecoverKey;
    keyRecovered   @35 :KeyRecovered;
    changePassword @36 :ChangePassword;
    passwordChanged @37 :PasswordChanged;
  }
}

struct Disconnect { reason @0 :UInt16; }          # a value of tables/reasons.toml
struct Ping { token @0 :UInt64; }
struct Pong { token @0 :UInt64; }                 # the token of the ping it answers
struct Goodbye {}

struct Version {
  protocol @0 :UInt16;                            # 6
  major @1 :UInt16;
  minor @2 :UInt16;
  patch @3 :UInt16;
  timeZoneMinutes @4 :Int16;                      # offset from UTC, -720 … 840
  operatingSystem @5 :Text;
  virtualMachine @6 :Text;                        # empty outside a virtual machine
  address @7 :Text;                               # an IPv4 or IPv6 address in text form
}
struct Proceed { major @0 :UInt16; minor @1 :UInt16; patch @2 :UInt16; }
struct Computer { guid @0 :UInt64; }
struct ServerIdentity { guid @0 :UInt64; }
struct Login {
  registrationKey @0 :Text;                       # 16 letters and digits
  userName @1 :Text;
  password @2 :Data;
  computer @3 :UInt64;
  deferred @4 :Bool;
}
struct LoginAccepted {
  user @0 :UInt64;                                # the user's identifier
  permissions @1 :UInt32;                         # bits of tables/permissions.toml
}
struct ConfigState { version @0 :UInt64; }
struct Setting { name @0 :Text; value @1 :Text; locked @2 :Bool; }
struct ConfigPush { version @0 :UInt64; settings @1 :List(Setting); }
struct ConfigAck { version @0 :UInt64; }
struct Ready {}

struct OfferBlocks { ids @0 :Data; }              # 1 … 1,024 block ids of 32 octets, back to back
struct MissingBlocks { indices @0 :List(UInt16); } # into the offer, strictly increasing
struct CommitVersion {
  number @0 :UInt64;                              # 1, 2, 3 …
  previous @1 :Data;                              # the link of version number - 1; 32 zero octets for the first
  link @2 :Data;
  record @3 :Data;                                # the sealed version record
}
struct VersionCommitted { number @0 :UInt64; }
struct ListVersions { from @0 :UInt64; }          # the lowest number wanted
struct VersionEntry { number @0 :UInt64; link @1 :Data; record @2 :Data; }
struct Versions { entries @0 :List(VersionEntry); more @1 :Bool; }
struct RestoreBegin { version @0 :UInt64; purpose @1 :UInt16; }  # purpose: 0 restore, 1 verify
struct RestoreBegun {}
struct FetchBlocks { ids @0 :Data; }              # as in OfferBlocks
struct BlocksFetched { missing @0 :List(UInt16); } # into the request, strictly increasing
struct RestoreEnd { complete @0 :Bool; }
struct RestoreEnded {}
struct ListBlocks { after @0 :Data; }             # the id behind which the list begins; 32 zero octets: from the first
struct BlockList { ids @0 :Data; more @1 :Bool; } # 0 … 1,024 block ids of 32 octets, ascending, back to back
struct ReleaseBlocks { ids @0 :Data; }            # as in OfferBlocks
struct BlocksReleased {}
struct FetchKey {}
struct KeyState {
  modes @0 :UInt16;                               # bits of the modes that are permitted: 1 account_password, 2 archive_password, 4 custom
  escrowKey @1 :Data;                             # an X25519 public key
  deviceKey @2 :Data;                             # 32 octets
  record @3 :Data;                                # the key record (7.5); empty where there is none
}
struct StoreKey { record @0 :Data; }
struct KeyStored { generation @0 :UInt64; }
struct RecoverKey { recipient @0 :Data; }         # the client's one-time X25519 public key
struct KeyRecovered { wrap @0 :Data; }            # the server's one-time public key, then the recovery_wrap
struct ChangePassword { current @0 :Data; replacement @1 :Data; }
struct PasswordChanged {}

# The metadata part of a data frame.
struct BlockMetadata {
  id @0 :Data;                                    # 32 octets
  checksum @1 :Data;                              # SHA-256 of the data part
}

# The plaintext of a sealed version record.
struct VersionRecord {
  number @0 :UInt64;
  previous @1 :Data;                              # the link of the version before
  createdNs @2 :Int64;
  kind @3 :UInt16;                                # 0 a tree, 1 retention alone
  depth @4 :UInt8;                                # the root's level: 0 for a leaf
  root @5 :Data;                                  # the id of the tree's one uppermost block; empty: no entries
  entryCount @6 :UInt64;
  contentOctets @7 :UInt64;                       # the sum of the sizes of files
  retired @8 :Data;                               # versions that no longer need to be kept: numbers of 8 octets big-endian, ascending
}

# One row of a node, which is a sequence of (length: UInt32 big-endian, canonical Child).
struct Child {
  path @0 :Data;                                  # of the first entry in or under the block
  id @1 :Data;                                    # 32 octets
}

# One entry of a leaf, which is a sequence of (length: UInt32 big-endian, canonical Entry).
struct Entry {
  path @0 :Data;                                  # any octets but NUL; relative, no "." or ".." component
  type @1 :UInt16;                                # 0 file, 1 directory, 2 symbolic link, 3 hard link, 4 named pipe, 5 character device, 6 block device, 7 socket
  mode @2 :UInt16;                                # the low twelve permission bits
  modifiedNs @3 :Int64;
  size @4 :UInt64;                                # of a file
  target @5 :Data;                                # of a symbolic link; for a hard link the path of the first name
  blocks @6 :Data;                                # 0 … 64 ids of 32 octets in order
  depth @7 :UInt8;                                # 0: blocks name content; d: they name id lists of depth d-1
  extents @8 :Data;                               # of a sparse file: where its data is, (offset, length) of 8 octets big-endian each
  owner @9 :UInt32;
  group @10 :UInt32;
  ownerName @11 :Data;
  groupName @12 :Data;
  attributes @13 :List(Attribute);                # ascending by name
  device @14 :UInt64;                             # of a device: major << 32 | minor
}
struct Attribute { name @0 :Data; value @1 :Data; }
