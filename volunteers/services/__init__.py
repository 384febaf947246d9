from volunteers.services.roster import TAKEN, register_volunteer, update_volunteer, volunteer_number

__all__ = ["TAKEN", "register_volunteer", "update_volunteer", "volunteer_number"]
