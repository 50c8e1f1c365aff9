"""The cases, one module for each theme. Importing a module registers its cases."""
