// The same page stands at every address of the site; where it was opened says what is to be done first.
const here = (path) => location.origin + path
const manager = new oidc.UserManager({
  ...settings,
  redirect_uri: here('/callback'),
  silent_redirect_uri: here('/silent'),
  post_logout_redirect_uri: here('/signed-out'),
  scope: 'openid profile email',
  loadUserInfo: true,
  automaticSilentRenew: false,
  // Asks the portal's frame every second; not from within the frame that renews.
  monitorSession: window === top,
  checkSessionIntervalInSeconds: 1,
})

const show = (place, text) => { document.querySelector(place).textContent = text }
manager.events.addUserSignedOut(() => show('#event', 'userSignedOut'))
manager.events.addUserSessionChanged(() => show('#event', 'userSessionChanged'))
addEventListener('message', ({ origin, data }) => { if (origin === settings.authority) show('#frame', data) })

const arrivals = {
  '/callback': () => manager.signinRedirectCallback(),
  '/silent': () => manager.signinSilentCallback(),
  '/signed-out': () => manager.signoutRedirectCallback(),
}

const actions = {
  signIn: () => manager.signinRedirect(),
  renew: () => manager.signinSilent(),
  revoke: () => manager.revokeTokens(),
  signOut: () => manager.signoutRedirect(),
}

async function tell(name, work) {
  let outcome = `${name}: done`
  try {
    await work?.()
  } catch (error) {
    outcome = `${name}: ${error.error ?? error.message}`
  }
  const user = await manager.getUser()
  document.querySelector('#user').textContent = JSON.stringify(user && { ...user })
  document.querySelector('#done').textContent = outcome
}

for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', () => {
    document.querySelector('#done').textContent = ''
    tell(button.dataset.do, actions[button.dataset.do])
  })
}
tell(location.pathname, arrivals[location.pathname])
