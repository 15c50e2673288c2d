"""What a project keeps in files: configuration and definitions.

`config` audience.toml and catalog.toml · `folder` a directory of definitions, `definition` one in JSON · `members`
static members from a file.
"""

from audience.project.config import (
    CONFIG_NAME,
    HomeConfig,
    Project,
    UsersConfig,
    find_config,
    is_address,
    is_config,
    read_catalog,
    read_config,
    read_project,
)
from audience.project.definition import read_json_definition
from audience.project.folder import Folder, read_audiences, read_folder
from audience.project.members import Member, read_members

__all__ = [
    "CONFIG_NAME",
    "Folder",
    "HomeConfig",
    "Member",
    "Project",
    "UsersConfig",
    "find_config",
    "is_address",
    "is_config",
    "read_audiences",
    "read_catalog",
    "read_config",
    "read_folder",
    "read_json_definition",
    "read_members",
    "read_project",
]
