from store_omni.kit.errors import N_, Refusal


class WrongSecret(Refusal):
    code = "wrong_secret"
    status = 422
    title = N_("That did not match")
    reason = N_("The staff number and PIN do not belong together.")
    next_step = N_("Try again. After a few wrong tries you wait longer each time. A manager can give you a new PIN.")


class PinRunOut(Refusal):
    code = "pin_run_out"
    status = 422
    title = N_("This PIN has run out")
    reason = N_("It was set by another person and had to be changed within 7 days.")
    next_step = N_("A manager can give you a new one.")


class OwnPinNeeded(Refusal):
    code = "own_pin_needed"
    status = 403
    title = N_("Choose your own PIN first")
    reason = N_("Your PIN was set by another person.")
    next_step = N_("Open “My account” and choose one that only you know.")


class OldPinWrong(Refusal):
    code = "old_pin_wrong"
    status = 422
    title = N_("The PIN until now was not right")
    reason = N_("Nothing was changed.")
    next_step = N_("Type the PIN with which you signed in.")


class SamePin(Refusal):
    code = "same_pin"
    status = 422
    title = N_("That is the PIN you have")
    reason = N_("Another person may know it.")
    next_step = N_("Choose another one.")


class LoginTaken(Refusal):
    code = "login_taken"
    title = N_("This staff number is taken")
    reason = N_("An account with the staff number %(login)s exists; it may be closed.")
    next_step = N_("Choose another number, or open that person's page to change the PIN or to reopen the account.")


class LastManager(Refusal):
    code = "last_manager"
    title = N_("Somebody has to manage all stores")
    reason = N_("This is the last open account of a manager with all stores.")
    next_step = N_("Give another person the role of a manager with all stores first.")


class WrongCode(Refusal):
    code = "wrong_code"
    status = 422
    title = N_("This code is not right")
    reason = N_("A code is good for 30 seconds and only once. A recovery code is good once.")
    next_step = N_("Type the code that the app shows now. If your phone is lost, another manager can reset it.")


class NotYourOwn(Refusal):
    code = "not_your_own"
    status = 409
    title = N_("Nobody resets their own second code")
    reason = N_("Otherwise a screen left open would be enough to take it away.")
    next_step = N_("Ask another manager, or use the command line of the server.")


class ProviderRefused(Refusal):
    code = "provider_refused"
    status = 403
    title = N_("The company account did not open this door")
    reason = N_("Its answer did not fit, or no active staff account here belongs to it.")
    next_step = N_("Try again, or ask a manager whether your account here is open.")


class DecideInTheOffice(Refusal):
    code = "decide_in_the_office"
    status = 422
    title = N_("This manager approves in the office")
    reason = N_("The account has a second code, which this screen does not ask for.")
    next_step = N_("Send it without a manager's number; it then waits in the office.")
